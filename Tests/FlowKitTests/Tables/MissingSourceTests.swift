import FlowKit
import Testing

/// Values that lie elsewhere, where they are gone (see Tests/Reference/make_value_files.py): an error that names what is
/// missing, where the library itself reads zeros.
@Suite struct MissingSourceTests {
  private func file(_ name: String, _ path: String) -> DataLocation {
    DataLocation(file: reference("../values/\(name)"), path: path)
  }

  private func failure(_ name: String, _ path: String, columns: [String]? = nil) -> String? {
    message { () throws(FlowError) in _ = try HDF5Table(file(name, path), columns: columns) }?
      .replacing(reference("../values/"), with: "")
  }

  private let all: [Double] = [0, 1, 10, 11, 20, 21, 30, 31]

  @Test(arguments: ["whole", "self", "nested"]) func virtualDatasetsAreRead(name: String) throws {
    #expect(try HDF5Table(file("virtual.h5", name)).values() == all)
  }

  @Test func sourcesOfVirtualDatasetsThatAreGone() {
    let end = "; its values would read as zeros or other fill values"
    func line(_ name: String, _ source: String) -> String {
      "virtual.h5:/\(name) is a virtual dataset whose source \(source)\(end)"
    }
    #expect(failure("virtual.h5", "file") == line("file", "gone.h5:x is gone: there is no file gone.h5"))
    #expect(failure("virtual.h5", "dataset") == line("dataset", "part.h5:y is gone: part.h5 has no dataset y"))
    #expect(
      failure("virtual.h5", "short")?.replacing("12 values", with: "6 x 2")
        == line("short", "part.h5:x is 4 x 2, smaller than the 6 x 2 that are taken from it"))
    #expect(failure("virtual.h5", "deep") == line("file", "gone.h5:x is gone: there is no file gone.h5"))
    #expect(
      failure("virtual.h5", "gap")
        == "virtual.h5:/gap is a virtual dataset that has sources for 8 of its 16 values, the others would read as fill "
        + "values; map all of them, or read the sources")
  }

  /// Whoever gives NaN for what has no source knows of it: such rows are missing.
  @Test func aGapFilledWithNaNIsMissing() throws {
    let values = try HDF5Table(file("virtual.h5", "filled")).values()
    #expect(Array(values.prefix(8)) == all && values.dropFirst(8).allSatisfy(\.isNaN))
  }

  @Test func linksThatLeadNowhere() throws {
    let gone = "gone.h5:/x, but there is no file gone.h5; put it back"
    #expect(failure("links.h5", "file") == "links.h5:/file is a link to \(gone)")
    #expect(
      failure("links.h5", "object")
        == "links.h5:/object is a link to part.h5:/y, which cannot be followed: part.h5 has no /y")
    #expect(failure("links.h5", "soft") == "links.h5:/soft is a link to /nowhere, which is not in this file")
    #expect(try HDF5Table(file("links.h5", "fine")).values() == all)
    // Beside other columns it is one of them, as long as they are not chosen.
    #expect(failure("links.h5", "good") == "links.h5:/good/b is a link to \(gone)")
    #expect(try HDF5Table(file("links.h5", "good"), columns: ["a"]).values() == [0, 10, 20, 30])
    #expect(try HDF5Table(file("links.h5", "good"), columns: ["!b"]).values() == [0, 10, 20, 30])
    #expect(failure("links.h5", "good", columns: ["b"]) == "links.h5:/good/b is a link to \(gone)")
  }

  @Test func rawBytesInOtherFilesThatAreGone() {
    #expect(
      failure("external.h5", "gone")
        == "the values of external.h5:/gone lie in another file, gone.bin, which is gone; put it back, or run from the "
        + "folder that it is named from")
  }

  // MARK: Files that are open for writing

  @Test func filesOfWritersThatHaveNotClosedThem() {
    #expect(
      failure("swmr.h5", "x")
        == "swmr.h5 is marked as open for writing: a program still writes it (in SWMR mode perhaps), or ended without "
        + "closing it; wait until it is closed, or if no program has it open, copy it and run 'h5clear -s' on the copy")
    #expect(
      failure("unflushed.h5", "x")?.hasPrefix(
        "unflushed.h5 is truncated: 48 of 2048 bytes are there; copy or download it again, or wait if a "
          + "program still writes it") == true)
  }
}
