/// A square matrix of truth values, a bit each: `self[i, j]` says whether output i depends on input j.
///
/// Rows are runs of 64-bit words, so that the product of two matrices is an OR of rows.
public struct BooleanMatrix: Sendable, Hashable {
  public let size: Int
  /// Words per row.
  let stride: Int
  var words: [UInt64]

  /// Nothing depends on anything.
  public init(size: Int) {
    self.size = size
    stride = (size + 63) / 64
    words = Array(repeating: 0, count: size * stride)
  }

  /// Row i holds the columns in `rows[i]`.
  public init(rows: [[Int]]) {
    self.init(size: rows.count)
    for (i, columns) in rows.enumerated() { for j in columns { self[i, j] = true } }
  }

  public static func identity(_ size: Int) -> BooleanMatrix { permutation(Array(0..<size)) }

  /// Row i holds `indices[i]` alone.
  public static func permutation(_ indices: [Int]) -> BooleanMatrix { BooleanMatrix(rows: indices.map { [$0] }) }

  /// Row i holds the columns in `columns(i)`.
  public static func intervals(_ size: Int, _ columns: (Int) -> Range<Int>) -> BooleanMatrix {
    var result = BooleanMatrix(size: size)
    for i in 0..<size { result.setRow(i, columns(i)) }
    return result
  }

  public subscript(row: Int, column: Int) -> Bool {
    get { words[row * stride + column / 64] >> UInt64(column % 64) & 1 == 1 }
    set {
      let bit = UInt64(1) << UInt64(column % 64)
      if newValue { words[row * stride + column / 64] |= bit } else { words[row * stride + column / 64] &= ~bit }
    }
  }

  /// The columns of a row, ascending.
  public func columns(ofRow row: Int) -> [Int] {
    var result: [Int] = []
    for word in 0..<stride {
      var bits = words[row * stride + word]
      while bits != 0 {
        result.append(word * 64 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
    return result
  }

  public func count(ofRow row: Int) -> Int {
    words[(row * stride)..<((row + 1) * stride)].reduce(0) { $0 + $1.nonzeroBitCount }
  }

  public var isFull: Bool { (0..<size).allSatisfy { count(ofRow: $0) == size } }

  mutating func setRow(_ row: Int, _ columns: Range<Int>) {
    for word in 0..<stride {
      let (first, end) = (max(columns.lowerBound - 64 * word, 0), min(columns.upperBound - 64 * word, 64))
      guard first < end else { continue }
      words[row * stride + word] |= (UInt64.max >> UInt64(64 - (end - first))) << UInt64(first)
    }
  }

  /// Adds the entries of row `source` of `other` to row `row`.
  mutating func formUnion(row: Int, with source: Int, of other: BooleanMatrix) {
    for word in 0..<stride { words[row * stride + word] |= other.words[source * stride + word] }
  }

  public mutating func formUnion(_ other: BooleanMatrix) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Rows by `rows[i]` and columns by `columns[j]`: entry (rows[i], columns[j]) becomes (i, j).
  func gathering(rows: [Int], columns: [Int]) -> BooleanMatrix {
    var place = Array(repeating: 0, count: size)
    for (index, column) in columns.enumerated() { place[column] = index }
    var result = BooleanMatrix(size: size)
    for (index, row) in rows.enumerated() {
      for column in self.columns(ofRow: row) { result[index, place[column]] = true }
    }
    return result
  }
}

// MARK: - Products

extension BooleanMatrix {
  /// The product `next` · self: which output of two maps in succession depends on which input.
  ///
  /// A row is the union of rows of self. Rows of `next` are taken by size: one that contains the row before it starts
  /// from its result, so that triangular patterns cost D²/32 operations on words; a full row stops early.
  public func followed(by next: BooleanMatrix) -> BooleanMatrix {
    precondition(size == next.size, "patterns of \(size) and \(next.size) features")
    var result = BooleanMatrix(size: size)
    let order = (0..<size).map { (count: next.count(ofRow: $0), row: $0) }.sorted { $0 < $1 }.map(\.row)
    let isFullRow = (0..<size).map { count(ofRow: $0) == size }
    var previous: Int?
    for row in order {
      let known = previous.flatMap { next.row($0, isSubsetOf: row) ? $0 : nil }
      result.compose(row, next, self, isFullRow, startingFrom: known)
      previous = row
    }
    return result
  }

  func row(_ row: Int, isSubsetOf other: Int) -> Bool {
    (0..<stride).allSatisfy { words[row * stride + $0] & ~words[other * stride + $0] == 0 }
  }

  private mutating func compose(
    _ row: Int, _ next: BooleanMatrix, _ first: BooleanMatrix, _ isFullRow: [Bool], startingFrom known: Int?
  ) {
    let (stride, start) = (stride, row * stride)
    next.words.withUnsafeBufferPointer { nextWords in
      first.words.withUnsafeBufferPointer { firstWords in
        words.withUnsafeMutableBufferPointer { result in
          if let known { for word in 0..<stride { result[start + word] = result[known * stride + word] } }
          for word in 0..<stride {
            var bits = nextWords[start + word]
            if let known { bits &= ~nextWords[known * stride + word] }
            while bits != 0 {
              let middle = word * 64 + bits.trailingZeroBitCount
              for k in 0..<stride { result[start + k] |= firstWords[middle * stride + k] }
              if isFullRow[middle] { return }
              bits &= bits - 1
            }
          }
        }
      }
    }
  }
}
