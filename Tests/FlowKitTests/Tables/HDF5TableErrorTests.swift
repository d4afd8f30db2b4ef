import FlowKit
import Testing

/// Each error is one line: what was met, where, and what to do.
@Suite struct HDF5TableErrorTests {
  private func failure(_ name: String, _ path: String? = nil, columns: [String]? = nil) -> String? {
    let text = message { () throws(FlowError) in _ = try HDF5Table(location(name, path), columns: columns) }
    #expect(text?.contains("\n") != true)
    return text?.replacing(reference(""), with: "")
  }

  @Test(arguments: [
    ("missing.h5", "missing.h5 does not exist; check the path and the working folder"),
    (
      "chunked.h5/rows",
      "chunked.h5/rows does not exist, but chunked.h5 is a file; what is in it stands behind a colon, as in chunked.h5:/rows"
    ),
    ("", " is a folder; give the path of an HDF5 file in it"),
    ("empty.h5", "empty.h5 is empty (0 bytes); write or copy it again"),
    ("text.csv", "text.csv is not an HDF5 file (it looks like text); convert it, for example with h5py"),
    (
      "array.npy",
      "array.npy is not an HDF5 file (it looks like a NumPy array); convert it, for example with h5py"
    ),
    (
      "truncated.h5",
      "truncated.h5 is truncated: 1500 of 8887 bytes are there; copy or download it again, or wait if a program still writes it"
    ),
  ])
  func filesThatAreNotWholeHDF5Files(name: String, expected: String) {
    #expect(failure(name) == expected)
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], "gzip-compressed data", "unpack it first, with gunzip"),
      (Array("PK\u{3}\u{4}..".utf8), "a zip or npz archive", "unpack it first; in an .npz each array is an .npy"),
      (
        Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a pointer of Git LFS",
        "fetch the file itself with git lfs pull"
      ),
      (Array("<!DOCTYPE html>\n".utf8), "a web page", "download it again"),
      ([0x80, 4, 0x95, 1, 0], "a Python pickle", "convert it, for example with h5py"),
      (Array("CDF\u{1}".utf8), "a classic NetCDF file", "convert it, for example with nccopy -k nc4"),
    ] as [([UInt8], String, String)])
  func whatToDoDependsOnWhatItIs(bytes: [UInt8], name: String, advice: String) throws {
    try withFolder { folder in
      let path = "\(folder)/x.h5"
      try AtomicFile.write(bytes, to: path)
      let text = message { () throws(FlowError) in _ = try HDF5Table(DataLocation(file: path)) }
      #expect(text == "\(path) is not an HDF5 file (it looks like \(name)); \(advice)")
    }
  }

  @Test func aFileOfTheSignatureAlone() throws {
    let text = try #require(failure("signature-only.h5"))
    #expect(text.hasPrefix("signature-only.h5 is a damaged HDF5 file ("))
    #expect(text.hasSuffix("); copy or download it again"))
  }

  @Test(
    arguments: [
      ("split.h5", "trian", "split.h5 has no 'trian'; it holds mean, test, train, valid"),
      ("groups.h5", "single/x", "groups.h5:/single has no 'x'; it holds inner/, link"),
      ("groups.h5", "no/x", "groups.h5 has no 'no'; it holds columns/, events/, single/, unequal/, vector"),
      ("split.h5", "train/x", "split.h5:/train is not a group and holds no 'x'"),
      (
        "unsuitable.h5", "scalar",
        "unsuitable.h5:/scalar is 0-D (one value); a table needs a 2-D dataset, rows x columns, a 1-D dataset, or chains "
          + "x draws x columns"
      ),
      ("unsuitable.h5", "text", "unsuitable.h5:/text holds text, not numbers; name a dataset of numbers"),
      ("unsuitable.h5", "no-rows", "unsuitable.h5:/no-rows has no rows"),
      ("unsuitable.h5", "no-columns", "unsuitable.h5:/no-columns has no columns"),
      (
        "unsuitable.h5", "lzf",
        "unsuitable.h5:/lzf is packed with the filter 'lzf' (number 32000), which this HDF5 library lacks; "
          + "pack it anew with gzip"
      ),
      (
        "groups.h5", "unequal",
        "the columns of groups.h5:/unequal differ in length: /unequal/long has 5 rows, /unequal/short has 3; "
          + "choose columns of one length"
      ),
      (
        "names.h5", "wrong-count",
        "names.h5:/wrong-count has 3 columns, but its attribute names 2: a, b"
      ),
      (
        "split.h5", nil,
        "split.h5 holds 3 tables; name one, as in split.h5:/test: /test (3 x 2 float32), /train (6 x 2 float32), "
          + "/valid (2 x 2 float32)"
      ),
      (
        "attributes.h5", nil,
        "attributes.h5 has no table of numbers (a 2-D dataset); it holds /fixed (2 text), /texts (3 text)"
      ),
    ] as [(String, String?, String)])
  func contentsThatAreNoTable(name: String, path: String?, expected: String) {
    #expect(failure(name, path) == expected)
  }

  @Test(
    arguments: [
      ("chunked.h5", nil, "z", "chunked.h5:/rows has no column 'z'; its columns are a, b, c, d, e"),
      ("chunked.h5", nil, "5", "chunked.h5:/rows has no column '5'; its columns are a, b, c, d, e"),
      ("names.h5", "none", "x", "names.h5:/none has no column 'x'; its columns are 0 to 2"),
      ("groups.h5", "columns/test", "w", "groups.h5:/columns/test has no column 'w'; its columns are u, v"),
      ("names.h5", "twice", "a", "names.h5:/twice has 2 columns called 'a'; choose them by index, from 0 on"),
    ] as [(String, String?, String, String)])
  func unknownColumns(name: String, path: String?, column: String, expected: String) {
    #expect(failure(name, path, columns: [column]) == expected)
  }

  @Test func valuesThatCannotBeUnpacked() throws {
    let reader = try HDF5Table(location("corrupt.h5"))
    do throws(FlowError) {
      _ = try reader.read(rows: 3..<5)
      Issue.record("the damaged chunk was read")
    } catch {
      #expect(error.kind == .format)
      #expect(error.message.hasPrefix("cannot read \(reference("corrupt.h5")):/rows (rows 3 to 4): "))
      #expect(error.message.hasSuffix("; the file is damaged there, copy or download it again"), "\(error.message)")
      #expect(error.detail?.contains("H5Dread") == true)
    }
  }

  @Test func kindsTellFilesFromContents() {
    #expect(throws: FlowError.self) { try HDF5Table(location("missing.h5")) }
    let kinds = [("missing.h5", nil), ("split.h5", "x")].map { (name: String, path: String?) in
      do throws(FlowError) {
        _ = try HDF5Table(location(name, path))
        return FlowError.Kind?.none
      } catch {
        return error.kind
      }
    }
    #expect(kinds == [.file, .format])
  }
}
