/// Which axes of a dataset a table's rows run over, and which its columns.
///
/// Rows run over the row axes in their stored order, the last of them fastest; so do columns over theirs.
struct AxisLayout: Equatable {
  /// An axis that rows run over, and which of its places are rows.
  struct RowAxis: Equatable {
    var axis: Int
    var start = 0
    var stride = 1
    var count: Int
  }

  /// Consecutive rows that are read at once.
  struct Rectangle: Equatable {
    /// The first row, and how many there are.
    var first, count: Int
    /// For each row axis, the places taken.
    var places: [Range<Int>]
  }

  var rowAxes: [RowAxis]
  /// The axes that columns run over, and their sizes.
  var columnAxes: [(axis: Int, size: Int)]

  static func == (left: AxisLayout, right: AxisLayout) -> Bool {
    left.rowAxes == right.rowAxes && left.columnAxes.map(\.axis) == right.columnAxes.map(\.axis)
      && left.columnAxes.map(\.size) == right.columnAxes.map(\.size)
  }

  /// - Parameter rows: which axes rows run over; the others are columns.
  init(shape: [Int], rows: [Int]) {
    rowAxes = rows.map { RowAxis(axis: $0, count: shape[$0]) }
    columnAxes = shape.indices.filter { !rows.contains($0) }.map { ($0, shape[$0]) }
  }

  var rows: Int { rowAxes.reduce(1) { $0 * $1.count } }
  var columns: Int { columnAxes.reduce(1) { $0 * $1.size } }

  /// Whether the values of a row stand beside each other in the file.
  private var isRowMajor: Bool { (columnAxes.first?.axis ?? .max) > (rowAxes.last?.axis ?? 0) }

  /// What distinguishes the columns: `[0]`, `[1]`, or with two axes `[0][0]`; nothing for a single one.
  var suffixes: [String] {
    guard columns > 1 else { return columns == 1 ? [""] : [] }
    return (0..<columns).map { column in places(ofColumn: column).map { "[\($0)]" }.joined() }
  }

  /// How many consecutive columns from one on can be read at once.
  func runLength(from column: Int, atMost count: Int) -> Int {
    guard isRowMajor, let size = columnAxes.last?.size else { return 1 }
    return min(count, size - column % size)
  }

  /// The elements that hold some columns, at most as many as `runLength`, of a rectangle of rows.
  func elements(_ rectangle: Rectangle, columns: Range<Int>) -> HDF5.Dataset.Selection {
    let rank = rowAxes.count + columnAxes.count
    var result = HDF5.Dataset.Selection(
      start: Array(repeating: 0, count: rank), stride: Array(repeating: 1, count: rank),
      count: Array(repeating: 1, count: rank))
    for (axis, places) in zip(rowAxes, rectangle.places) {
      result.start[axis.axis] = axis.start + axis.stride * places.lowerBound
      result.stride[axis.axis] = axis.stride
      result.count[axis.axis] = places.count
    }
    for ((axis, _), place) in zip(columnAxes, places(ofColumn: columns.lowerBound)) { result.start[axis] = place }
    if let (axis, _) = columnAxes.last { result.count[axis] = columns.count }
    return result
  }

  /// A range of rows as rectangles.
  func rectangles(_ range: Range<Int>) -> [Rectangle] {
    var inner = rowAxes.map { _ in 1 }
    for axis in rowAxes.indices.dropLast().reversed() { inner[axis] = inner[axis + 1] * rowAxes[axis + 1].count }
    var result: [Rectangle] = []
    var row = range.lowerBound
    while row < range.upperBound {
      // The outermost axis along which whole rows of the inner ones follow each other.
      let axis = inner.firstIndex { row % $0 == 0 && range.upperBound - row >= $0 }!
      var places = rowAxes.indices.map { index in
        let place = row / inner[index] % rowAxes[index].count
        return index > axis ? 0..<rowAxes[index].count : place..<(place + 1)
      }
      let first = places[axis].lowerBound
      let count = min(rowAxes[axis].count - first, (range.upperBound - row) / inner[axis])
      places[axis] = first..<(first + count)
      result.append(Rectangle(first: row, count: count * inner[axis], places: places))
      row += count * inner[axis]
    }
    return result
  }

  /// The element in which a row begins, and how many rows from there on lie in the same chunks.
  func run(from row: Int, inChunksOf chunk: [Int]) -> (element: [Int], rows: Int) {
    var element = Array(repeating: 0, count: rowAxes.count + columnAxes.count)
    var rest = row
    for axis in rowAxes.reversed() {
      element[axis.axis] = axis.start + axis.stride * (rest % axis.count)
      rest /= axis.count
    }
    let last = rowAxes.last!
    let size = max(1, chunk[last.axis])
    let left = size - element[last.axis] % size
    return (element, min(last.count - row % last.count, (left + last.stride - 1) / last.stride))
  }

  /// The element of a column in the row that begins in `element`.
  func element(_ element: [Int], ofColumn column: Int) -> [Int] {
    var element = element
    for ((axis, _), place) in zip(columnAxes, places(ofColumn: column)) { element[axis] = place }
    return element
  }

  private func places(ofColumn column: Int) -> [Int] {
    var rest = column
    return columnAxes.reversed().map { _, size in
      defer { rest /= max(1, size) }
      return rest % max(1, size)
    }.reversed()
  }
}
