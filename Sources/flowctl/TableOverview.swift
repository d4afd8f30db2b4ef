import FlowKit

/// What the columns of a table hold, in lines that a terminal of 80 columns has room for.
struct TableOverview {
  private static let columnsAtMost = 100
  private static let bins = 16

  let columns: [ColumnSummary]
  private let allColumns: Int
  private let rows: (read: Int, all: Int)

  init(_ table: any RandomAccessTable) throws(FlowError) {
    let (columns, read) = try Self.summaries(of: table)
    self.columns = columns
    (allColumns, rows) = (columns.count, (read, table.rows))
  }

  private static func summaries(
    of table: some RandomAccessTable
  ) throws(FlowError) -> (columns: [ColumnSummary], rows: Int) { try ColumnSummary.all(of: table) }

  func show() {
    let colour = Terminal.hasColourOnOutput
    let head =
      "column".padded(to: 15) + ["min", "max", "mean", "sigma"].map { $0.leftPadded(to: 11) }.joined()
    print("    " + Terminal.styled(head, .dim, if: colour))
    for column in columns.prefix(Self.columnsAtMost) {
      print("    " + line(of: column, colour))
      let remarks = Self.remarks(on: column)
      if !remarks.isEmpty { print("        " + Terminal.styled(remarks.joined(separator: ", "), .yellow, if: colour)) }
    }
    if allColumns > Self.columnsAtMost { print("    and \((allColumns - Self.columnsAtMost).grouped) more columns") }
    if rows.read < rows.all { print("    of \(rows.read.grouped) rows, evenly spread over the table") }
  }

  private func line(of column: ColumnSummary, _ colour: Bool) -> String {
    let name = Terminal.styled(PlotAxis.shortened(column.name, to: 14).padded(to: 15), .bold, if: colour)
    guard column.count > 0 else { return name + "no finite value" }
    let numbers = [column.minimum, column.maximum, column.mean, column.standardDeviation]
      .map { $0.significant(4).leftPadded(to: 11) }.joined()
    return name + numbers + " "
      + Terminal.styled(Sparkline.histogram(column.histogram(bins: Self.bins)), .blue, if: colour)
  }

  /// What a fit ought to know of a column.
  private static func remarks(on column: ColumnSummary) -> [String] {
    var remarks: [String] = []
    if column.missing > 0 { remarks.append("\(column.missing.grouped) missing (NaN)") }
    if column.infinite > 0 { remarks.append("\(column.infinite.grouped) infinite") }
    guard column.count > 0 else { return remarks }
    if column.minimum == column.maximum { return remarks + ["constant"] }
    if column.areWhole { remarks.append("whole numbers") }
    let repeated = column.repeatedPart
    if repeated > 0.01 {
      remarks.append("\(percent(repeated)) of the values repeat, \(column.distinct.grouped) different ones")
    }
    return remarks
  }

  private static func percent(_ part: Double) -> String { "\(Int((100 * part).rounded())) %" }
}

/// A column as JSON shows it; numbers that there are not are null.
struct ColumnLine: Encodable {
  let name: String
  let count, missing, infinite: Int
  let minimum, maximum, mean, standardDeviation: JSONNumber
  let wholeNumbers: Bool
  let repeatedPart: Double
  let histogram: [Int]

  init(_ column: ColumnSummary) {
    (name, count, missing, infinite) = (column.name, column.count, column.missing, column.infinite)
    (minimum, maximum) = (JSONNumber(column.minimum), JSONNumber(column.maximum))
    (mean, standardDeviation) = (JSONNumber(column.count > 0 ? column.mean : nil), JSONNumber(column.standardDeviation))
    (wholeNumbers, repeatedPart) = (column.count > 0 && column.areWhole, column.repeatedPart)
    histogram = column.histogram(bins: 16)
  }
}
