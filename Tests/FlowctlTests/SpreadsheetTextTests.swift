import FlowKit
import Testing

/// Text as spreadsheets and frames of pandas leave it.
@Suite struct SpreadsheetTextTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func write(_ name: String, _ text: String) throws {
    try AtomicFile.write(Array(text.utf8), to: workspace.path(name))
  }

  private func read(_ text: String, _ options: [String] = []) throws -> (columns: [String], values: [Double]) {
    try write("in.csv", text)
    try workspace.expectSuccess(["convert", "in.csv", "out.h5", "--force"] + options)
    let table = try HDF5Table(DataLocation(workspace.path("out.h5")))
    return (table.columns, try table.values())
  }

  @Test func whatIsLeftOutIsShownWithItsTable() throws {
    try write("x.csv", "a,label\n1.5,x\n2.5,y\n")
    let output = try workspace.expectSuccess(["inspect", "x.csv"]).output
    #expect(
      lines(output).prefix(3) == [
        "data  x.csv", "  /  2 rows x 1 column: a", "      x.csv: left out 'label', which holds text",
      ])
  }

  /// A spreadsheet writes #N/A for a missing value: a row that begins so is none less.
  @Test func whatASpreadsheetCallsMissingIsNoComment() throws {
    let (columns, values) = try read("x,y\n#N/A,1\n#DIV/0!,2\n# a comment\n3,#VALUE!\n")
    #expect(columns == ["x", "y"] && values.map { $0.isNaN ? -1 : $0 } == [-1, 1, -1, 2, 3, -1])
  }

  @Test func columnsOfOneNameAreToldApart() throws {
    #expect(try read("x,x,x.1,y,x\n1.5,2,3,4,5\n").columns == ["x", "x.2", "x.1", "y", "x.3"])
    #expect(try read("x,x\n1.5,2\n", ["--columns", "x.1"]).values == [2])
  }

  @Test func linesThatEndInCarriageReturnsAlone() throws {
    try write("x.csv", "x,y\r1,2\r")
    try workspace.expectFailure(
      ["convert", "x.csv", "y.h5"], "the lines of x.csv end in carriage returns alone; save it with line feeds")
  }

  @Test func textOfTwoBytesIsTold() throws {
    try AtomicFile.write(
      [0xFF, 0xFE] + "x,y\n1,2\n".utf16.flatMap { [UInt8($0 & 255), 0] }, to: workspace.path("x.csv"))
    try workspace.expectFailure(
      ["convert", "x.csv", "y.h5"],
      "x.csv is not text in UTF-8: it holds zero bytes, as UTF-16 does; save it as UTF-8")
  }
}
