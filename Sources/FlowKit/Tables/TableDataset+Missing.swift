// Values of a dataset that were never written, or are masked.

extension TableDataset {
  /// The number of the column that masks a column of a compound; nil where there is none.
  func maskColumn(of column: Int, _ columns: [RecordColumn]) -> Int? {
    columns.firstIndex { $0.name == TableMask.name(for: columns[column].name) }
  }

  func applyMasks(
    rows range: Range<Int>, _ wanted: [Column], to values: inout [Double], width: Int
  ) throws(FlowError) {
    var flags: [Double] = []
    if let mask {
      flags = [Double](repeating: 0, count: values.count)
      try mask.read(rows: range, wanted, into: &flags, width: width)
    } else if case .records(let fields, let columns) = arrangement {
      let masks = wanted.compactMap { wanted in
        maskColumn(of: wanted.column, columns).map { (column: $0, target: wanted.target) }
      }
      guard !masks.isEmpty else { return }
      flags = [Double](repeating: 0, count: values.count)
      try readRecords(fields, columns, range, masks, into: &flags, width: width)
    }
    for (index, flag) in flags.enumerated() where flag != 0 { values[index] = .nan }
  }

  /// Makes NaN of what lies in chunks that were never written.
  func markUnwritten(
    rows range: Range<Int>, _ wanted: [Column], in values: inout [Double], width: Int
  ) throws(FlowError) {
    guard let chunk = dataset.chunk, !range.isEmpty else { return }
    var rowAxis = 0
    if case .columnsByRows = arrangement { rowAxis = 1 }
    let rowsPerChunk = max(1, chunk[rowAxis])
    var known: [[Int]: Bool] = [:]
    for part in (range.lowerBound / rowsPerChunk)...((range.upperBound - 1) / rowsPerChunk) {
      let rows = (part * rowsPerChunk..<(part + 1) * rowsPerChunk).clamped(to: range)
      for (column, target) in wanted {
        var offset = chunk.map { _ in 0 }
        offset[rowAxis] = part * rowsPerChunk
        if chunk.count == 2 { offset[1 - rowAxis] = column / max(1, chunk[1 - rowAxis]) * chunk[1 - rowAxis] }
        let isWritten = if let known = known[offset] { known } else { try dataset.isWritten(chunkAt: offset) }
        known[offset] = isWritten
        guard !isWritten else { continue }
        for row in rows { values[(row - range.lowerBound) * width + target] = .nan }
      }
    }
  }
}
