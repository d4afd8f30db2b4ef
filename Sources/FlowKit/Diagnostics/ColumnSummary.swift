/// What a column of a table holds, at a glance.
public struct ColumnSummary: Sendable, Equatable {
  public let name: String
  public let unit: String?
  /// Finite values, NaN, and ±∞.
  public private(set) var count = 0
  public private(set) var missing = 0
  public private(set) var infinite = 0
  /// Of the finite values; infinite without any.
  public private(set) var minimum = Double.infinity
  public private(set) var maximum = -Double.infinity
  public private(set) var mean = 0.0
  /// Σ (x − mean)².
  private var squares = 0.0
  /// Whether all finite values are whole numbers.
  public private(set) var areWhole = true
  /// Some of the finite values, evenly spread over the rows.
  private var sample: [Double] = []
  private var stride = 1

  private static let sampleSize = 32_768

  init(_ name: String, unit: String?) { (self.name, self.unit) = (name, unit) }

  /// √(Σ (x − mean)²/n) of the finite values.
  public var standardDeviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : .nan }

  /// The part of the values that occur more than once, of at most 32,768 of them.
  public var repeatedPart: Double {
    let sorted = sample.sorted()
    let repeated = sorted.indices.count { index in
      index > 0 && sorted[index] == sorted[index - 1] || index + 1 < sorted.count && sorted[index] == sorted[index + 1]
    }
    return sample.isEmpty ? 0 : Double(repeated) / Double(sample.count)
  }

  /// How many different values there are among at most 32,768 of them.
  public var distinct: Int { Set(sample).count }

  /// How many of at most 32,768 values are in each of `bins` equal parts of what lies between the outermost thousandths; what is
  /// farther out is in the first and the last. Empty without values.
  public func histogram(bins: Int) -> [Int] {
    guard !sample.isEmpty else { return [] }
    let sorted = SortedColumn(sample)
    let (low, high) = (sorted.quantile(0.001), sorted.quantile(0.999))
    var counts = [Int](repeating: 0, count: bins)
    for value in sample {
      let place = high > low ? (value - low) / (high - low) * Double(bins) : Double(bins) / 2
      counts[Int(min(Double(bins - 1), max(0, place)))] += 1
    }
    return counts
  }

  /// Adds a value. About every `stride`-th stays in the sample, which is thinned when it is full.
  mutating func add(_ value: Double, row: Int) {
    guard value.isFinite else {
      if value.isNaN { missing += 1 } else { infinite += 1 }
      return
    }
    count += 1
    (minimum, maximum) = (min(minimum, value), max(maximum, value))
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
    areWhole = areWhole && value == value.rounded()
    guard row % stride == 0 else { return }
    sample.append(value)
    guard sample.count == Self.sampleSize else { return }
    sample = Swift.stride(from: 0, to: sample.count, by: 2).map { sample[$0] }
    stride *= 2
  }
}

extension ColumnSummary {
  /// Those of all columns of a table, and of how many rows: blocks that are evenly spread over the table where there are more
  /// than `most` rows.
  public static func all(
    of table: some RandomAccessTable, rowsAtMost most: Int = 1_000_000
  ) throws(FlowError) -> (columns: [ColumnSummary], rows: Int) {
    try all(of: table, table.columns, units: table.units, rowsAtMost: most)
  }

  private static func all(
    of table: any RandomAccessTable, _ columns: [String], units: [String?], rowsAtMost most: Int
  ) throws(FlowError) -> (columns: [ColumnSummary], rows: Int) {
    var summaries = zip(columns, units).map { ColumnSummary($0, unit: $1) }
    // Sixteen parts at least, where not all rows are read.
    let block = table.rows > most ? min(table.blockRows, max(1, most / 16)) : table.blockRows
    let blocks = (table.rows + block - 1) / block
    let read = table.rows > most ? max(1, most / block) : blocks
    var (values, rows) = ([Double](), 0)
    for number in 0..<min(read, blocks) {
      let start = number * blocks / read * block
      try table.read(rows: start..<min(table.rows, start + block), into: &values)
      for (index, value) in values.enumerated() {
        summaries[index % columns.count].add(value, row: rows + index / columns.count)
      }
      rows += values.count / columns.count
    }
    return (summaries, rows)
  }
}
