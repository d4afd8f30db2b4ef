import ArgumentParser
import FlowKit

struct Inspect: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Says what a file holds: a model's architecture, training and provenance, or a data file's tables.")

  @Argument(help: "A model or a data file.")
  var file: String

  @OptionGroup var reading: ModelReading

  @OptionGroup var arrays: ReadingArguments

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    switch try arrays.access().contents(of: file) {
    case .model: try ModelReport(reading.model(file, includingTraining: true), file).show(json: json)
    case .tables(let tables, let others): try show(tables, others)
    }
  }

  private struct TablesLine: Encodable {
    let format = "data"
    let tables: [TableLine]
    let others: [String]
  }

  /// A table and what its columns hold; null where they are not read.
  private struct TableLine: Encodable {
    let table: FileContents.TableSummary
    let statistics: [ColumnLine]?

    private enum Keys: CodingKey { case statistics }

    func encode(to encoder: any Encoder) throws {
      try table.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(statistics, forKey: .statistics)
    }
  }

  private func show(_ tables: [FileContents.TableSummary], _ others: [String]) throws(FlowError) {
    guard !json else {
      var lines: [TableLine] = []
      for table in tables {
        let found = try overview(of: table)
        lines.append(TableLine(table: table, statistics: found.map { $0.columns.map(ColumnLine.init) }))
      }
      return try TablesLine(tables: lines, others: others).printJSON()
    }
    print("data  \(file)")
    for table in tables {
      show(table)
      try overview(of: table)?.show()
    }
    if tables.isEmpty { print("  no tables of numbers") }
    for other in others { print("  no table: \(other)") }
  }

  /// What the columns of a table hold; nil where its path alone does not choose them.
  private func overview(of table: FileContents.TableSummary) throws(FlowError) -> TableOverview? {
    guard !table.needsColumns else { return nil }
    let path = table.path == "/" ? nil : table.path
    return try TableOverview(arrays.access().table(DataLocation(file: file, path: path)))
  }

  private func show(_ table: FileContents.TableSummary) {
    let isDescribed = table.hasNames || table.units.contains { $0 != nil }
    let names = isDescribed ? ": \(table.columns.withUnits(table.units).joined(separator: ", "))" : ""
    let columns = "\(table.columns.count.grouped) column\(table.columns.count == 1 ? "" : "s")"
    print("  \(table.path)  \(table.rows.grouped) rows x \(columns)\(names)")
    func say(_ text: String) { print("      \(text)") }
    if !table.unreadable.isEmpty { say("not read: \(table.unreadable.joined(separator: ", "))") }
    if !table.aside.isEmpty { say("read if named: \(table.aside.joined(separator: ", "))") }
    if let rows = table.rowsText { say(rows) }
    for note in table.notes { say(note) }
    if let mark = table.mark { say("\(mark): read only if the path is given") }
    if table.needsColumns { say("other columns there have another length: choose these with --columns") }
    let hint = ShapeHint.text(rows: table.rows, columns: table.columns.count, isTransposed: arrays.transpose)
    if let hint { say(hint) }
  }
}
