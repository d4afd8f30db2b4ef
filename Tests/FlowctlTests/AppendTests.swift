import FlowKit
import Foundation
import Testing

/// Samples and densities in a file that holds something already.
@Suite struct AppendTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  @Test func addsDatasetsAndKeepsWhatIsThere() throws {
    try workspace.expectSuccess([
      "sample", "model.h5", "-n", "50", "--append-to", "data.h5:/drawn/first", "--seed", "4",
    ])
    let outcome = try workspace.expectSuccess([
      "density", "model.h5", "data.h5:events", "--append-to", "data.h5:/scores",
    ])
    #expect(outcome.output.hasSuffix("wrote data.h5:/scores\n"))
    let path = workspace.path("data.h5")
    #expect(try HDF5Table(DataLocation(file: path, path: "/events")).values() == Array(moons(400).joined()))
    let drawn = try HDF5Table(DataLocation(file: path, path: "/drawn/first"))
    #expect(drawn.columns == ["x", "y"] && drawn.rows == 50)
    try workspace.expectSuccess(["sample", "model.h5", "-n", "50", "-o", "alone.h5", "--seed", "4"])
    #expect(try workspace.numbers("alone.h5") == drawn.values())
    let file = try HDF5.File(reading: path)
    let dataset = try file.root().dataset("drawn/first")
    #expect(try dataset.attribute("seed")?.text == "4")
    #expect(try dataset.attribute("model_digest")?.text?.count == 64)
    #expect(try file.root().dataset("scores").shape == [400])
  }

  @Test func refusesWhatIsThereOrCannotBe() throws {
    let sample = ["sample", "model.h5", "-n", "5", "--append-to"]
    try workspace.expectFailure(sample + ["data.h5:/events"], "data.h5:/events exists already; choose another path")
    try workspace.expectFailure(
      sample + ["data.h5"], "give a path for the new dataset in data.h5, as in data.h5:/samples")
    try workspace.expectFailure(
      sample + ["model.h5:/x"], "model.h5 is a FlowKit model, to which nothing is added; choose another file")
    try workspace.expectFailure(
      sample + ["data.h5:/events/x"],
      "data.h5:/events is a dataset and holds no '/events/x'; choose another path")
    try workspace.expectFailure(
      sample + ["no.h5:/x"], "no.h5 does not exist; check the path and the working folder")
    try workspace.expectFailure(
      sample + ["data.h5:/x", "-o", "out.h5"], "-o and --append-to both say where to write; give one of them")
    try workspace.expectFailure(
      ["sample", "model.h5", "-n", "5"], "nothing says where to write; give -o FILE or --append-to FILE:/path")
  }

  @Test(arguments: [1, 16, 100]) func aFullDiskLeavesTheFileAsItWas(blocks: Int) throws {
    let before = try workspace.contents()
    let outcome = try workspace.run(
      ["sample", "model.h5", "-n", "200000", "--append-to", "data.h5:/x"], fileSizeLimit: blocks)
    #expect(outcome.code == 1 && outcome.messages.count == 1 && outcome.errors.contains("File too large"))
    #expect(try workspace.contents() == before)
  }
}
