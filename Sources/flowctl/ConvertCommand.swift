import ArgumentParser
import FlowKit

struct Convert: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Converts a table between text (.csv, .tsv, .txt), NumPy (.npy) and HDF5 (.h5), of any size.",
    discussion: """
      Formats follow from the files' names. In text, fields may be quoted, lines that begin with # are left out, nothing, NA, \
      null or nan is a missing value (NaN), and true and false are 1 and 0. The first line names the columns if it holds \
      anything but numbers, else the last comment before it may. Columns of text, and a first column without a name (row \
      numbers), are left out. A new HDF5 file holds the dataset table.
      """)

  @Argument(help: "The table to read; for HDF5 also as file.h5:/path/in/file.")
  var input: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: "The columns to convert, \(ColumnList.help); by default all but text and row numbers.")
  var columns: ColumnList?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var reading: ReadingArguments

  @Option(
    help:
      "What stands between fields of text; by default found out in what is read, and in what is written a comma, or a tab for .tsv."
  )
  var separator: String?

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let location = DataLocation(input)
    try OutputPath.check(output, force: force, inputs: [location.file])
    _ = try TableFormat(ofName: output)
    let separator = try separator.map(Self.character)
    var access = try reading.access()
    access.reading.separator = separator
    let table = try missing.access(access).table(location, columns: columns?.names)
    table.notes.note()
    Interrupts.catchThem()
    try Conversion.write(
      Interruptible(table, output), to: output, separator: separator?.first,
      attributes: Provenance.common.merging(["source": .text(input)]) { $1 })
    guard !json else {
      return try Line(file: output, rows: table.rows, columns: table.columns).printJSON()
    }
    print("wrote \(output): \(table.rows.grouped) rows of \(table.columns.listed)")
  }

  private static func character(_ text: String) throws -> String {
    if text == "tab" || text == "\\t" { return "\t" }
    guard text.count == 1 else {
      throw FlowError(.data, "--separator is one character, or tab; got '\(text)'")
    }
    return text
  }

  private struct Line: Encodable {
    let file: String
    let rows: Int
    let columns: [String]
  }
}

/// A table whose reading ends with an error when somebody asks to stop.
private final class Interruptible: DerivedTable {
  let original: any RandomAccessTable
  private let output: String

  init(_ original: any RandomAccessTable, _ output: String) { (self.original, self.output) = (original, output) }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    try Interrupts.check(writing: output)
    try original.read(rows: range, into: &values)
  }
}
