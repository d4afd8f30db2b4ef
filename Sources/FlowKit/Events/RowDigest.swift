/// SHA-256 of a table's shape, names and contents: of all values up to a million or so, else of evenly spaced rows.
struct RowDigest {
  private var hash = SHA256()
  private let width: Int
  private let step: Int
  private var seen = 0

  /// - Parameter weights: the column that holds weights.
  init(columns: [String], weights: Int?, rows: Int) {
    width = columns.count
    step = max(1, rows * width / (1 << 20))
    hash.add([rows, width, weights ?? -1])
    for name in columns { hash.add(Array(name.utf8) + [0]) }
  }

  /// Adds the next rows, row-major.
  mutating func add(_ rows: [Double]) {
    for row in 0..<(rows.count / width) {
      if (seen + row).isMultiple(of: step) { hash.add(rows[(row * width)..<((row + 1) * width)]) }
    }
    seen += rows.count / width
  }

  func text() -> String { hash.text() }
}
