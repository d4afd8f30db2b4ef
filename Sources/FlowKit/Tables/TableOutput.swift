/// A dataset that is written row by row.
final class TableOutput {
  /// Nil once it is given up.
  private var dataset: HDF5.Dataset?
  private let shape: [Int]
  private let rowSize: Int
  /// The number of rows after which whole chunks can be written: a chunk written twice is compressed twice.
  private let chunkRows: Int
  private var pending: [Double] = []
  /// The number of rows written.
  private var position = 0

  init(
    _ name: String, shape: [Int], element: TableWriter.Element, in root: borrowing HDF5.Group
  ) throws(FlowError) {
    let chunk = Self.chunk(for: shape)
    self.shape = shape
    rowSize = shape.count > 1 ? shape[shape.count - 1] : 1
    chunkRows = max(1, chunk.reduce(1, *) / rowSize)
    let type: HDF5.NumberType = element == .float32 ? .float32 : .float64
    dataset = try root.create(name, type, shape: shape, chunk: shape[0] > 0 ? chunk : nil)
  }

  var total: Int { shape.reduce(1, *) / rowSize }
  var received: Int { position + pending.count / rowSize }
  var isComplete: Bool { received == total }

  func describe(
    columns: [String]?, units: [String?]?, attributes: [String: MetadataValue]
  ) throws(FlowError) {
    if let columns { try dataset?.setAttribute("columns", .texts(columns)) }
    if let units = ColumnUnits.attribute(units ?? []) { try dataset?.setAttribute("units", units) }
    try dataset?.setAttributes(attributes)
  }

  func append(_ values: [Double]) throws(FlowError) {
    precondition(values.count % rowSize == 0, "\(values.count) values are no whole rows of \(rowSize)")
    precondition(received + values.count / rowSize <= total, "more than the \(total) rows of the dataset")
    pending += values
    let rows = pending.count / rowSize / chunkRows * chunkRows
    try write(rows: rows)
  }

  func writePending() throws(FlowError) {
    try write(rows: pending.count / rowSize)
  }

  /// Gives the dataset up after a failed write to its file.
  func abandon() {
    dataset.take()?.abandon()
  }

  private func write(rows: Int) throws(FlowError) {
    var rest = pending[..<(rows * rowSize)]
    while !rest.isEmpty {
      let (start, count) = nextRectangle(atMost: rest.count / rowSize)
      let size = count.reduce(1, *)
      try dataset?.write(rest.prefix(size), from: start, count: count)
      rest = rest.dropFirst(size)
      position += size / rowSize
    }
    pending.removeFirst(rows * rowSize)
  }

  /// The next rows that form a rectangle: with three axes the rest of a group, or several whole groups.
  private func nextRectangle(atMost rows: Int) -> (start: [Int], count: [Int]) {
    switch shape.count {
    case 1: return ([position], [rows])
    case 2: return ([position, 0], [rows, rowSize])
    default:
      let (group, offset) = position.quotientAndRemainder(dividingBy: shape[1])
      if offset == 0 && rows >= shape[1] {
        return ([group, 0, 0], [rows / shape[1], shape[1], rowSize])
      }
      return ([group, offset, 0], [1, min(rows, shape[1] - offset), rowSize])
    }
  }

  /// Whole rows of some 32,768 values: large enough to compress well, small enough to read a part of the rows.
  private static func chunk(for shape: [Int]) -> [Int] {
    var chunk = shape
    var values = shape.count > 1 ? shape[shape.count - 1] : 1
    for axis in shape.indices.dropLast(shape.count > 1 ? 1 : 0).reversed() {
      chunk[axis] = max(1, min(shape[axis], 32_768 / values))
      values *= chunk[axis]
    }
    return chunk
  }
}
