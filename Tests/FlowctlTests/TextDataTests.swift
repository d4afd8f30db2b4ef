import FlowKit
import Foundation
import Testing

/// Text and NumPy's arrays as data, and as what is written.
@Suite struct TextDataTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func write(_ name: String, _ text: String) throws {
    try AtomicFile.write(Array(text.utf8), to: workspace.path(name))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try AtomicFile.read(workspace.path(name)), as: UTF8.self)
  }

  /// What a table of text is read as, and what is said of it.
  private func read(_ text: String, _ options: [String] = []) throws -> (
    columns: [String], values: [Double], notes: [String]
  ) {
    try write("in.csv", text)
    let outcome = try workspace.expectSuccess(["convert", "in.csv", "out.h5", "--force"] + options)
    let table = try HDF5Table(DataLocation(workspace.path("out.h5")))
    return (table.columns, try table.values(), outcome.messages)
  }

  // MARK: Columns

  @Test func rowNumbersWithoutANameAreLeftOut() throws {
    let unnamed = "in.csv: left out the first column, which has no name: "
    for header in [",a,b", "\"\",\"a\",\"b\"", "Unnamed: 0,a,b"] {
      let (columns, values, notes) = try read("\(header)\n0,1.5,2\n1,3.5,4\n")
      #expect(columns == ["a", "b"] && values == [1.5, 2, 3.5, 4] && notes == [unnamed + "row numbers"])
    }
    // An index that was filtered, and R's names of rows, which have no name themselves.
    #expect(try read(",a\n3,1.5\n7,2.5\n").notes == [unnamed + "an index"])
    let named = try read("\"a\" \"b\"\n\"x1\" 1.5 2\n\"x2\" 3.5 4\n")
    #expect(named.columns == ["a", "b"] && named.values == [1.5, 2, 3.5, 4] && named.notes == [unnamed + "row names"])
    // Not every column without a name is one.
    let measured = try read(",a\n0.5,1\n1.5,2\n")
    #expect(measured.columns == ["0", "a"] && measured.values == [0.5, 1, 1.5, 2] && measured.notes == [])
    #expect(try read("a,b\n1,2\n3,4\n").values == [1, 2, 3, 4])
  }

  /// A separator at the end of each row is no column, and does not shift the names.
  @Test func separatorsAtTheEnd() throws {
    for text in ["a,b\n1.5,2,\n3.5,4,\n", "a,b,\n1.5,2,\n3.5,4,\n"] {
      let (columns, values, notes) = try read(text)
      #expect(columns == ["a", "b"] && values == [1.5, 2, 3.5, 4] && notes == [])
    }
  }

  @Test func columnsOfTextAreLeftOutAndSaidSo() throws {
    let table = "name,ra,class,mag\nx1,1.5,star,20\nx2,2.5,,21\n"
    let (columns, values, notes) = try read(table)
    #expect(columns == ["ra", "mag"] && values == [1.5, 20, 2.5, 21])
    #expect(notes == ["in.csv: left out 'name', 'class', which hold text"])
    let chosen = try read(table, ["--columns", "mag,ra"])
    #expect(chosen.columns == ["mag", "ra"] && chosen.values == [20, 1.5, 21, 2.5] && chosen.notes == [])
    try workspace.expectFailure(
      ["convert", "in.csv", "o.h5", "--columns", "name"],
      "in.csv, line 2, column 'name': 'x1' is not a number; repair the data, or give other --columns")
    try write("in.csv", "a,b\nx,y\n")
    try workspace.expectFailure(
      ["convert", "in.csv", "o.h5"], "in.csv has no column of numbers: in.csv: left out 'a', 'b', which hold text")
  }

  @Test func aRowOfTextAndFractionsIsNoHeader() throws {
    let (columns, values, _) = try read("x1,1.5,20\nx2,2.5,21\n")
    #expect(columns == ["0", "1"] && values == [1.5, 20, 2.5, 21])
    #expect(try read("name,2019,2020\nx,1,2\n").columns == ["2019", "2020"])
  }

  @Test func aCommentMayHoldTheNames() throws {
    for text in ["# a,b\n1,2\n", "# made by hand\n#a, b\n1,2\n", "# a b\n1 2\n", "# a b\n1,2\n"] {
      #expect(try read(text).columns == ["a", "b"], "\(text)")
    }
    #expect(try read("# three of them\n1,2\n").columns == ["0", "1"])
    #expect(try read("# a,b\nx,y\n1,2\n").columns == ["x", "y"])
  }

  @Test func columnsAndRowsAreChosenAsInHDF5() throws {
    let table = "id,x1,x2,y\n" + (0..<6).map { "\($0),\($0)1,\($0)2,-9\n" }.joined()
    let patterns = try read(table, ["--columns", "x*,!x2"])
    #expect(patterns.columns == ["x1"] && patterns.values == [1, 11, 21, 31, 41, 51])
    #expect(try read(table, ["--columns", "!id,!y"]).columns == ["x1", "x2"])
    #expect(try read(table, ["--columns", "y,*"]).columns == ["y", "id", "x1", "x2"])
    let thinned = try read(table, ["--columns", "x2", "--burn-in", "1", "--thin", "2"])
    #expect(thinned.values == [12, 32, 52])
    #expect(try read(table, ["--columns", "y", "--missing", "-9", "--burn-in", "5"]).values[0].isNaN)
    try workspace.expectFailure(
      ["convert", "in.csv", "o.h5", "--columns", "x*,!x?"],
      "of the columns of in.csv nothing is left for x*, !x?")
    try workspace.expectFailure(
      ["convert", "in.csv", "o.h5", "--burn-in", "6"],
      "in.csv has 6 rows; leaving out the first 6 leaves none")
    try workspace.expectFailure(
      ["convert", "in.csv", "o.h5", "--transpose"],
      "in.csv is not in HDF5, where alone columns may be stored by rows; transpose it first")
  }

  @Test func aContextOfTextIsOnesOwn() throws {
    let rows = uniform(400)
    try write("x.csv", "a,b\n" + rows.map { "\($0[0]),\($0[1])\n" }.joined())
    try write("both.csv", "a,b,c\n" + rows.map { "\($0[0]),\($0[1]),\($0[0] - $0[1])\n" }.joined())
    try write("c.csv", "c\n" + rows.map { "\($0[0] - $0[1])\n" }.joined())
    let options = ["--epochs", "1", "--layers", "coupling-affine(hidden=8)", "--valid", "0.25"]
    try workspace.expectSuccess(["fit", "x.csv", "--context", "c.csv", "-o", "two.h5"] + options)
    try workspace.expectSuccess(["fit", "both.csv", "--context", "c", "-o", "one.h5"] + options)
    #expect(try workspace.model("one.h5").flow.parameters == workspace.model("two.h5").flow.parameters)
    try workspace.expectSuccess(["sample", "one.h5", "--context", "c.csv", "-n", "2", "-o", "s.h5"])
    try workspace.expectSuccess(["sample", "one.h5", "--context", "c.csv", "-n", "2", "-o", "s.csv"])
    let samples = try Conversion.table(DataLocation(workspace.path("s.csv")))
    #expect(samples.columns == ["a", "b", "c"])
    #expect(try samples.values() == HDF5Table(DataLocation(workspace.path("s.h5"))).values())
  }

  // MARK: As data

  @Test func textAndArraysAreFittedAndScoredLikeHDF5() throws {
    let rows = uniform(4_000)
    try write("x.csv", "a,b\n" + rows.map { "\($0[0]),\($0[1])\n" }.joined())
    try workspace.expectSuccess(["convert", "x.csv", "x.h5"])
    try workspace.expectSuccess(["convert", "x.csv", "x.npy"])
    let options = ["--epochs", "2", "--layers", "coupling-affine(hidden=8),permute(reverse)"]
    var means: Set<String> = []
    for data in ["x.h5", "x.csv", "x.npy"] {
      let columns = data == "x.npy" ? "0, 1" : "a, b"
      let fit = try workspace.expectSuccess(["fit", data, "-o", "m.h5", "--force"] + options)
      #expect(fit.output.contains("3,600 events of \(columns)") && fit.notes == [], "\(fit.errors)")
      let density = try workspace.expectSuccess(["density", "m.h5", data])
      means.insert(lines(density.output)[1])
    }
    #expect(means.count == 1, "\(means)")
    // Larger than the buffer: read again in every epoch, from where it is needed.
    let memory = try workspace.expectSuccess(
      ["fit", "x.h5", "-o", "h.h5", "--buffer", "0.02", "--batch", "64"] + options)
    let streamed = try workspace.expectSuccess(
      ["fit", "x.csv", "-o", "c.h5", "--buffer", "0.02", "--batch", "64"] + options)
    #expect(streamed.output.contains("larger than --buffer"))
    #expect(memory.output.contains("validation loss") && streamed.output.contains("validation loss"))
    let check = try workspace.run(["check", "--data", "x.csv", "--layers", "lower"])
    #expect(check.code == 2 && check.errors == "")
    try write("x.data", "a,b\n1,2\n")
    try workspace.expectFailure(
      ["fit", "x.data", "-o", "o.h5"],
      "x.data looks like text; give it a name that says so, ending in .csv, .tsv or .txt")
    try workspace.expectFailure(
      ["fit", "x.csv:/a", "-o", "o.h5"], "x.csv holds one table and no paths; leave out :/a")
  }

  private func uniform(_ count: Int) -> [[Double]] {
    var random = RandomStream(seed: 3, purpose: .samples)
    return (0..<count).map { _ in [random.uniform(), random.uniform()] }
  }

  @Test func anyRowsOfTextAreRead() throws {
    let count = 10_000
    try write("x.csv", "# rows\na,b\n" + (0..<count).map { "\($0),\(Double($0) / 8)\n" }.joined())
    let table = try Conversion.table(DataLocation(workspace.path("x.csv")), columns: ["b", "a"])
    #expect(table.rows == count)
    for range in [0..<3, 5_000..<5_002, 1_023..<1_026, 9_999..<10_000, 2..<2, 4_000..<9_000] {
      #expect(try table.read(rows: range) == range.flatMap { [Double($0) / 8, Double($0)] })
    }
  }

  /// A structured array of NumPy, as `np.save` writes it: its fields are columns, text among them is left out.
  @Test func structuredArraysOfNumPyHaveNames() throws {
    let text =
      "{'descr': [('x', '<f8'), ('id', '<U2'), ('', '|V1'), ('n', '>i2')], 'fortran_order': False, 'shape': (2,), }"
    let header = text + String(repeating: " ", count: 128 - 10 - text.utf8.count - 1) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    for (x, n) in [(1.5, 7), (-2.0, 258)] as [(Double, Int)] {
      bytes += withUnsafeBytes(of: x.bitPattern.littleEndian) { Array($0) } + [UInt8](repeating: 65, count: 9)
      bytes += [UInt8(n >> 8), UInt8(n & 255)]
    }
    try AtomicFile.write(bytes, to: workspace.path("x.npy"))
    let outcome = try workspace.expectSuccess(["convert", "x.npy", "x.h5"])
    #expect(outcome.messages == ["x.npy: left out 'id', which holds no numbers"])
    let table = try HDF5Table(DataLocation(workspace.path("x.h5")))
    #expect(table.columns == ["x", "n"])
    #expect(try table.values() == [1.5, 7, -2, 258])
    #expect(try workspace.expectSuccess(["inspect", "x.npy"]).output.contains("2 rows x 2 columns: x, n"))
    try workspace.expectFailure(
      ["convert", "x.npy", "y.h5", "--columns", "id"],
      "the field 'id' of x.npy holds no numbers; choose columns of numbers")
  }

  // MARK: As output

  @Test func theNameOfTheOutputSaysItsFormat() throws {
    try workspace.fitMoons()
    try workspace.expectSuccess(["sample", "model.h5", "-n", "5", "-o", "s.h5"])
    let expected = try HDF5Table(DataLocation(workspace.path("s.h5")))
    let names = expected.columns
    for (name, separator) in [("s.csv", ","), ("s.tsv", "\t"), ("s.npy", "")] {
      let outcome = try workspace.expectSuccess(["sample", "model.h5", "-n", "5", "-o", name])
      #expect(outcome.output == "wrote \(name), 5 x 2 values of \(names.joined(separator: ", "))\n")
      if !separator.isEmpty { #expect(lines(try text(name))[0] == names.joined(separator: separator)) }
      #expect(try Conversion.table(DataLocation(workspace.path(name))).values() == expected.values())
    }
    try workspace.expectSuccess(["density", "model.h5", "s.h5", "-o", "d.csv"])
    let densities = lines(try text("d.csv"))
    #expect(densities.count == 6 && densities[0] == "log_density")
    for command in [["sample", "model.h5", "-n", "5"], ["density", "model.h5", "s.h5"]] {
      try workspace.expectFailure(
        command + ["-o", "out.txt.gz"],
        "the name out.txt.gz does not say what format the file has; end it with .h5, .csv, .tsv or .npy")
    }
  }

  @Test func anEmptyNameFailsAtOnce() throws {
    try workspace.fitMoons()
    let line = "the name of the output is empty; is a variable unset? give the path of a file to write"
    try workspace.expectFailure(["fit", "data.h5", "-o", ""], line)
    try workspace.expectFailure(["sample", "model.h5", "-n", "1", "-o", ""], line)
    try workspace.expectFailure(["density", "model.h5", "data.h5", "-o", ""], line)
    try workspace.expectFailure(["convert", "data.h5", ""], line)
  }

  @Test func samplesThatNoDiskHoldsAreRefused() throws {
    try workspace.fitMoons()
    for name in ["s.h5", "s.csv", "s.npy"] {
      let before = try workspace.contents()
      let outcome = try workspace.run(["sample", "model.h5", "-n", "100000000000000", "-o", name])
      #expect(outcome.code == 1 && outcome.messages.count == 1)
      #expect(
        outcome.errors.hasPrefix("flowctl: cannot write \(name): No space left on device for about "),
        "\(outcome.errors)")
      #expect(outcome.errors.contains(" PB, ") && outcome.errors.contains(" are free; ask for fewer rows"))
      #expect(try workspace.contents() == before)
    }
  }
}
