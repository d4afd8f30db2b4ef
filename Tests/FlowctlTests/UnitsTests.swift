import FlowKit
import Foundation
import Testing

/// Units of columns go from the data into the model, and from there and through `convert` into what is written.
@Suite struct UnitsTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func writeData(_ name: String = "data.h5") throws {
    let writer = try TableWriter(to: workspace.path(name))
    try writer.addDataset(
      "events", shape: [300, 3], columns: ["t", "x", "y"], units: ["s", "m", nil], element: .float64)
    try writer.append(Array(moons(300).map { $0 + [$0[0] - $0[1]] }.joined()), to: "events")
    try writer.finish()
  }

  private func units(_ name: String) throws -> [String?] { try HDF5Table(DataLocation(workspace.path(name))).units }

  @Test func fromDataThroughAModelIntoSamples() throws {
    try writeData()
    let fit = ["--columns", "x,t", "--context", "y"] + quick
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + fit)
    let model = try workspace.model()
    #expect(model.units == ["m", "s"] && model.contextUnits == [nil])
    let text = try workspace.expectSuccess(["inspect", "model.h5"]).output
    #expect(text.contains("columns     x [m], t [s]\n") && text.contains("given       y\n"), "\(text)")
    let printed = try workspace.json(["inspect", "model.h5"])[0]
    #expect(printed["units"] as? [String] == ["m", "s"])
    #expect(kind((printed["contextUnits"] as? [Any])?.first) == "null")
    try workspace.expectSuccess(
      ["sample", "model.h5", "-n", "2", "--context", "data.h5", "-o", "samples.h5"])
    try workspace.expectSuccess(["sample", "model.h5", "--context", "data.h5", "--append-to", "data.h5:/more/samples"])
    for (file, path) in [("samples.h5", "samples"), ("data.h5", "more/samples")] {
      let file = try HDF5.File(reading: workspace.path(file))
      #expect(try file.root().dataset(path).attribute("units") == .texts(["m", "s"]))
    }
    try workspace.expectSuccess(["density", "model.h5", "data.h5:events", "-o", "scores.h5"])
    let scores = try HDF5.File(reading: workspace.path("scores.h5"))
    #expect(try scores.root().dataset("log_density").attribute("units") == nil)
  }

  @Test func convertedFromHDF5ToHDF5() throws {
    try writeData()
    let text = try workspace.expectSuccess(["inspect", "data.h5"]).output
    #expect(text.contains("300 rows x 3 columns: t [s], x [m], y\n"), "\(text)")
    try workspace.expectSuccess(["convert", "data.h5", "again.h5"])
    #expect(try units("again.h5") == ["s", "m", nil])
    // Text and NumPy have no place for them.
    try workspace.expectSuccess(["convert", "data.h5", "data.csv"])
    try workspace.expectSuccess(["convert", "data.csv", "from-text.h5"])
    #expect(try units("from-text.h5") == [nil, nil, nil])
    let tables = try workspace.json(["inspect", "again.h5"])[0]["tables"] as? [[String: Any]]
    #expect((tables?.first?["units"] as? [Any])?.map { $0 as? String } == ["s", "m", nil])
  }

  /// Models of data without units are as they were, to the attribute.
  @Test func noneWhereDataHaveNone() throws {
    try workspace.fitMoons()
    #expect(try workspace.model().units == [nil, nil])
    let bytes = try AtomicFile.read(workspace.path("model.h5"))
    let names = try HDF5.File(image: bytes, name: "model.h5").root().attributeNames()
    #expect(!names.contains("units") && !names.contains("context_units"))
  }
}
