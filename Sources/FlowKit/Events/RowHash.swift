/// A number of 64 bits for a row of features and context: equal rows have equal ones, and different rows hardly ever.
enum RowHash {
  /// The finalizer of SplitMix64: every bit of the input changes half of the output.
  static func mixed(_ bits: UInt64) -> UInt64 {
    var value = bits &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Of each event of a block.
  static func hashes(of events: LabelledEvents, dimension: Int, contextDimension: Int) -> [UInt64] {
    (0..<(events.events.count / dimension)).map { row in
      var hash: UInt64 = 0
      // Zeros of either sign are one value.
      for value in events.events[(row * dimension)..<((row + 1) * dimension)] {
        hash = mixed(hash ^ (value + 0).bitPattern)
      }
      for value in events.context[(row * contextDimension)..<((row + 1) * contextDimension)] {
        hash = mixed(hash ^ (value + 0).bitPattern)
      }
      return hash
    }
  }
}

/// The hashes of a source's rows: all, or of a part of the distinct rows, chosen by the hashes themselves, so that each row
/// is there with all its copies.
struct RowHashes {
  /// The largest hash that is kept.
  private let limit: UInt64
  private(set) var values: [UInt64] = []

  /// - Parameters:
  ///   - count: how many rows will come.
  ///   - most: about how many hashes to keep.
  init(count: Int, atMost most: Int) {
    limit = count <= most ? .max : UInt64(Double(UInt64.max) * (Double(most) / Double(count)))
    values.reserveCapacity(min(count, most))
  }

  var isComplete: Bool { limit == .max }

  mutating func add(_ hashes: [UInt64]) {
    if isComplete { values += hashes } else { values += hashes.filter { $0 <= limit } }
  }

  /// Sorts them, and says how many are distinct, and how many pairs of rows are equal.
  mutating func sort() -> (distinct: Int, pairs: Double) {
    values.sort()
    var (distinct, pairs, first) = (0, 0.0, 0)
    for index in values.indices where index + 1 == values.count || values[index + 1] != values[index] {
      let copies = Double(index + 1 - first)
      (distinct, pairs, first) = (distinct + 1, pairs + copies * (copies - 1) / 2, index + 1)
    }
    return (distinct, pairs)
  }

  /// How many of `hashes` are among the sorted ones, and of how many that could be said.
  func count(of hashes: [UInt64]) -> (known: Int, of: Int) {
    let asked = hashes.filter { $0 <= limit }
    return (asked.count { contains($0) }, asked.count)
  }

  private func contains(_ hash: UInt64) -> Bool {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values[low] == hash
  }
}
