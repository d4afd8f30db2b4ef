import FlowKit
import Foundation
import Testing

@Suite struct ConvertTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func write(_ name: String, _ text: String) throws {
    try AtomicFile.write(Array(text.utf8), to: workspace.path(name))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try AtomicFile.read(workspace.path(name)), as: UTF8.self)
  }

  private func table(_ name: String) throws -> HDF5Table { try HDF5Table(DataLocation(workspace.path(name))) }

  @Test func textToHDF5AndBack() throws {
    try write("in.csv", "x,y\n1,2.5\n-3e-7,0.1\n1e300,-0.0\n")
    let outcome = try workspace.expectSuccess(["convert", "in.csv", "out.h5"])
    #expect(outcome.output == "wrote out.h5: 3 rows of x, y\n")
    let table = try table("out.h5")
    #expect(try table.columns == ["x", "y"] && table.values() == [1, 2.5, -3e-7, 0.1, 1e300, -0.0])
    try workspace.expectSuccess(["convert", "out.h5", "back.csv"])
    #expect(try text("back.csv") == "x,y\n1.0,2.5\n-3e-07,0.1\n1e+300,-0.0\n")
  }

  @Test(
    arguments: [
      ("a;b\n1,5;2\n", [1.5, 2]), ("a,b\n1,5,2\n", nil), ("t,f\nTrue,false\n", [1, 0]), ("x\n1.5D+02\n", [150]),
      ("a;b\n1;2\n", [1, 2]), ("a\tb\n1\t2\n", [1, 2]), ("1 2\n3   4\n", [1, 2, 3, 4]),
      ("# comment\n\n1,2\r\n3,4", [1, 2, 3, 4]),
      ("\u{FEFF}a,b\r\n1,2\r\n", [1, 2]), ("\"1\",\"2\"\n3,\" 4 \"\n", [1, 2, 3, 4]),
      ("\"a \"\"b\"\", c\",\"two\nlines\"\n1,2\n", [1, 2]), ("inf,-inf\n1,2\n", [.infinity, -.infinity, 1, 2]),
    ] as [(String, [Double]?)])
  func separatorsQuotesAndLineEnds(input: String, expected: [Double]?) throws {
    try write("in.csv", input)
    let outcome = try workspace.run(["convert", "in.csv", "out.h5"])
    guard let expected else {
      #expect(outcome.code == 1 && outcome.messages.count == 1, "\(outcome.errors)")
      return
    }
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try table("out.h5").values() == expected)
  }

  @Test func namesAreUnquoted() throws {
    try write("in.csv", "\"a \"\"b\"\", c\",\"two\nlines\"\n1,2\n")
    try workspace.expectSuccess(["convert", "in.csv", "out.h5"])
    #expect(try table("out.h5").columns == ["a \"b\", c", "two\nlines"])
    try workspace.expectSuccess(["convert", "out.h5", "back.csv"])
    #expect(try text("back.csv") == "\"a \"\"b\"\", c\",\"two\nlines\"\n1.0,2.0\n")
  }

  @Test func missingValuesAreNaN() throws {
    try write("in.csv", "x,y,z\n1,,NA\nnan,null,2\n")
    try workspace.expectSuccess(["convert", "in.csv", "out.h5"])
    let values = try table("out.h5").values()
    #expect(values.map(\.isNaN) == [false, true, true, true, true, false])
  }

  @Test func malformedLinesAreNamedByNumber() throws {
    try write("in.csv", "x,y\n1,2\n\n3\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.h5"], "in.csv, line 4: 1 field where the first line has 2")
    try write("in.csv", "x,y\n1,\"2\n3\"\n1,4\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.h5"],
      "in.csv, line 2, column 'y': '2 3' is not a number; repair the data, or give other --columns")
    try write("in.csv", "x,y\n1,2\n1,abc\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.h5"],
      "in.csv, line 3, column 'y': 'abc' is not a number; repair the data, or give other --columns")
    try write("in.csv", "x,y\n1,2\n\"1,2\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.h5"], "in.csv, line 3: a quote is opened and not closed")
    try write("in.csv", "x,y\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.h5"], "in.csv holds no rows besides the names of its columns")
    try write("in.csv", "")
    try workspace.expectFailure(["convert", "in.csv", "out.h5"], "in.csv holds no rows")
  }

  @Test func manyBlocksOfText() throws {
    let rows = (0..<60_000).map { "\($0),\(Double($0) / 7)" }
    try write("in.csv", rows.joined(separator: "\n"))
    try workspace.expectSuccess(["convert", "in.csv", "out.h5"])
    let table = try table("out.h5")
    #expect(table.rows == 60_000 && !table.hasNames)
    #expect(try table.values() == (0..<60_000).flatMap { [Double($0), Double($0) / 7] })
  }

  /// A file that NumPy wrote, and back to one that it reads: the header is checked against numpy.lib.format's rules.
  @Test func arraysOfNumPy() throws {
    try workspace.expectSuccess(["convert", reference("array.npy"), "out.h5"])
    #expect(try table("out.h5").values() == [0, 1, 10, 11])
    try workspace.expectSuccess(["convert", "out.h5", "back.npy"])
    let bytes = try AtomicFile.read(workspace.path("back.npy"))
    #expect(bytes.count == 128 + 4 * 8 && bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]))
    #expect(String(decoding: bytes[10..<128], as: UTF8.self).hasSuffix(" \n"))
    try workspace.expectSuccess(["convert", "back.npy", "again.csv"])
    #expect(try text("again.csv") == "0.0,1.0\n10.0,11.0\n")
  }

  @Test(arguments: ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "big-f4", "big-i2", "fortran"])
  func arraysOfEveryType(type: String) throws {
    try workspace.expectSuccess(["convert", reference("../npy/\(type).npy"), "out.h5"])
    #expect(
      try table("out.h5").values()
        == (0..<5).flatMap { row in (0..<3).map { Double(10 * row + $0 - (type.contains("u") ? 0 : 3)) } })
  }

  @Test func otherNamesAreRefused() throws {
    try write("in.csv", "1,2\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "out.xyz"],
      "the name out.xyz does not say what format the file has; end it with .h5, .csv, .tsv or .npy")
    try workspace.expectFailure(
      ["convert", "no.csv", "out.h5"], "no.csv does not exist or is not a file; check the path and the working folder")
  }
}
