/// Which process of a job has which part of a flat buffer: whole blocks.
struct BufferShares: Sendable {
  let processes: any Collective
  /// Each process's part, in scalars.
  let parts: [Range<Int>]

  init(_ processes: any Collective, scalars: Int) {
    self.processes = processes
    let blocks = ParameterBlocks.count(scalars: scalars)
    parts = (0..<processes.count).map { rank in
      let part = LoneProcess.part(rank, of: blocks, among: processes.count)
      return min(scalars, part.lowerBound * ParameterBlocks.size)..<min(scalars, part.upperBound * ParameterBlocks.size)
    }
  }

  /// This process's part.
  var own: Range<Int> { parts[processes.rank] }

  /// Makes a buffer whole, of which each process has its part.
  func gather(_ buffer: ParameterBuffer) {
    let size = MemoryLayout<Scalar>.size
    processes.gather(buffer.base, parts.map { $0.lowerBound * size..<$0.upperBound * size })
  }
}
