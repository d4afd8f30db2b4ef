/// A flat buffer in blocks that the workers of a pool share out. Each worker has a part of its own, a run of blocks that
/// it deals with in every step unless it is held up.
struct ParameterBlocks: Sendable {
  /// Few enough scalars to stay in a first-level cache, and to spread evenly over workers.
  static let size = 2_048

  /// The number of blocks.
  let count: Int
  /// Each worker's part, in scalars.
  let parts: [Range<Int>]
  private let scalars: Int
  private let owners: [Int]

  init(scalars: Int, pool: WorkerPool) {
    self.scalars = scalars
    count = Self.count(scalars: scalars)
    let blocks = (0..<pool.count).map { [count] in pool.part(of: $0, units: count) }
    owners = blocks.enumerated().flatMap { worker, part in part.map { _ in worker } }
    parts = blocks.map { min(scalars, $0.lowerBound * Self.size)..<min(scalars, $0.upperBound * Self.size) }
  }

  static func count(scalars: Int) -> Int { (scalars + size - 1) / size }

  /// The scalars of a block.
  subscript(block: Int) -> Range<Int> { (block * Self.size)..<min(scalars, (block + 1) * Self.size) }

  /// The worker in whose part a block lies.
  func owner(of block: Int) -> Int { owners[block] }
}
