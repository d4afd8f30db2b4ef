/// Which events are part of a set, by a hash of what they are: equal ones are all in it or all out of it.
struct ContentFilter: Sendable {
  private let seed: UInt64
  /// Hashes below it are taken.
  private let threshold: UInt64
  private let keepsTaken: Bool
  /// How many events pass in the blocks before each block, and in all of them at the end.
  let passedBefore: [Int]

  /// Both parts, found in one pass over the events.
  static func parts(
    of events: some EventSource, fraction: Double, seed: UInt64
  ) throws(FlowError) -> (taken: ContentFilter, left: ContentFilter) {
    let threshold = UInt64(min(max(fraction, 0), 1) * 0x1p63) << 1
    let (dimension, contextDimension) = (events.dimension, events.contextDimension)
    let reached = events.eventsBefore
    var taken = [Int](repeating: 0, count: reached.count - 1)
    try events.forEachBlock { block in
      let hashes = RowHash.hashes(of: block.events, dimension: dimension, contextDimension: contextDimension)
      // Blocks come in order, and empty ones not at all.
      let index = reached.lastIndex { $0 <= block.first }!
      taken[index] = hashes.count { RowHash.mixed($0 ^ seed) < threshold }
    }
    var (takenBefore, leftBefore) = ([0], [0])
    for index in taken.indices {
      takenBefore.append(takenBefore[index] + taken[index])
      leftBefore.append(leftBefore[index] + reached[index + 1] - reached[index] - taken[index])
    }
    return (
      ContentFilter(seed: seed, threshold: threshold, keepsTaken: true, passedBefore: takenBefore),
      ContentFilter(seed: seed, threshold: threshold, keepsTaken: false, passedBefore: leftBefore)
    )
  }

  /// Those of a block's events that pass.
  func passing(_ events: LabelledEvents, _ dimension: Int, _ contextDimension: Int) -> [Int] {
    let hashes = RowHash.hashes(of: events, dimension: dimension, contextDimension: contextDimension)
    return hashes.indices.filter { (RowHash.mixed(hashes[$0] ^ seed) < threshold) == keepsTaken }
  }
}
