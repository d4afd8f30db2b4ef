/// Rows in memory.
private final class RowsInMemory: RowBlocks, Sendable {
  private let values: [Double]
  private let width: Int
  let location: DataLocation
  let rows: Int
  let blockRows: Int

  init(_ values: [Double], width: Int, blockRows: Int, from location: DataLocation) {
    (self.values, self.width, self.blockRows, self.location) = (values, width, blockRows, location)
    rows = values.count / width
  }

  func read(rows range: Range<Int>, into block: inout [Double]) {
    block = Array(values[(range.lowerBound * width)..<(range.upperBound * width)])
  }
}

/// The chosen columns of a table, read once to see what is in them and then again, block by block, as often as it takes.
/// A small table stays in memory.
struct EventTable: Sendable {
  typealias Opener = @Sendable () throws(FlowError) -> any RowBlocks

  let open: Opener
  let location: DataLocation
  let rows: Int
  let width: Int
  let blockRows: Int
  /// What the first look at all rows found.
  let scan: EventScan
  /// `RowDigest` of all rows.
  let digest: String

  /// - Parameters:
  ///   - weights: the column that holds weights.
  ///   - buffer: how many bytes of numbers are kept in memory, about.
  ///   - open: opens the table; asked anew by each thread that reads.
  init(
    columns: [String], weights: Int?, buffer: Int, opening open: @escaping Opener
  ) throws(FlowError) {
    var source = try open()
    (location, rows, width) = (source.location, source.rows, columns.count)
    let bytes = width * MemoryLayout<Double>.size
    blockRows = max(1, min(source.blockRows, buffer / 8 / bytes))
    if Double(rows) * Double(bytes) <= Double(buffer / 2) {
      var values: [Double] = []
      try source.read(rows: 0..<rows, into: &values)
      let memory = RowsInMemory(values, width: width, blockRows: blockRows, from: location)
      self.open = { memory }
      source = memory
    } else {
      self.open = open
    }
    var scan = EventScan(columns: columns, weights: weights)
    var digest = RowDigest(columns: columns, weights: weights, rows: rows)
    var block: [Double] = []
    for first in stride(from: 0, to: rows, by: blockRows) {
      try source.read(rows: first..<min(rows, first + blockRows), into: &block)
      scan.add(block)
      digest.add(block)
    }
    (self.scan, self.digest) = (scan, digest.text())
  }

  /// How many rows of finite values are in the blocks before each block, and in all of them at the end.
  var finiteBefore: [Int] { scan.finiteBefore }

  func rows(ofBlock block: Int) -> Range<Int> { (block * blockRows)..<min(rows, (block + 1) * blockRows) }

  /// The rows of a block, counted from its first, whose values are all finite.
  func finiteRows(of values: [Double], block: Int) throws(FlowError) -> [Int] {
    let (count, expected) = (values.count / width, finiteBefore[block + 1] - finiteBefore[block])
    let finite =
      values.allSatisfy(\.isFinite)
      ? Array(0..<count)
      : (0..<count).filter { row in values[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite) }
    guard finite.count == expected else {
      throw FlowError(.data, "\(location) has changed while it was read (rows \(rows(ofBlock: block))); begin anew")
    }
    return finite
  }
}
