import FlowKit
import Testing

/// pandas' default format (see Tests/Reference/make_value_files.py).
@Suite struct PandasFrameTests {
  private func table(_ path: String, columns: [String]? = nil) throws(FlowError) -> HDF5Table {
    try HDF5Table(DataLocation(file: reference("../values/fixed.h5"), path: path), columns: columns)
  }

  private func expected(_ columns: [Int]) -> [Double] {
    (0..<6).flatMap { row in columns.map { Double(10 * row + $0) } }
  }

  /// Columns of one type stand together: their order is another one than the frame's.
  @Test func aFrameHasItsColumnsInItsOrder() throws {
    let frame = try table("frame")
    #expect(frame.columns == ["w", "x", "y", "z"] && frame.hasNames && frame.location.path == "/frame")
    #expect(try frame.values() == expected([0, 1, 2, 3]))
    let chosen = try table("frame", columns: ["z", "x"])
    #expect(try chosen.values() == expected([3, 1]))
    #expect(try chosen.read(rows: 2..<4) == [23, 21, 33, 31])
    #expect(chosen.location.path == "/frame" && chosen.hasNames)
    #expect(try table("frame", columns: ["!w", "!y"]).values() == expected([1, 3]))
    #expect(try table("/", columns: ["frame/z", "frame/*"]).columns == ["z", "w", "x", "y"])
    #expect(try table("numbers").columns == ["0", "1", "2", "3"])
  }

  @Test func aSeriesIsOneColumnWithoutItsIndex() throws {
    #expect(try table("series").columns == ["y"])
    #expect(try table("series").values() == expected([2]))
    #expect(try table("unnamed").columns == ["values"])
  }

  @Test func whatIsNoNumberIsLeftOutAndSaidSo() throws {
    let mixed = try table("mixed")
    #expect(mixed.columns == ["w", "x", "y", "z", "when"])
    #expect(
      mixed.notes.map { $0.hasSuffix("fixed.h5:/mixed: left out flag (bit fields), which hold no real numbers") } == [
        true
      ])
    let times = try table("mixed", columns: ["when"]).values()
    #expect(times[0] > 1e14 && times[5].isNaN)
    let complaint = message { () throws(FlowError) in _ = try table("mixed", columns: ["flag"]) }
    #expect(complaint?.contains("holds bit fields, not numbers") == true, "\(complaint ?? "")")
  }

  @Test func namesOfSeveralLevelsAreRefusedByName() {
    let complaint = message { () throws(FlowError) in _ = try table("levels") }
    #expect(complaint?.contains("is a pandas frame whose columns have names of several levels") == true)
  }

  @Test func levelsOfAnIndexAreNoColumns() throws {
    #expect(try table("index").columns == ["y", "z"])
  }
}
