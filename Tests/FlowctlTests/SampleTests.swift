import FlowKit
import Testing

@Suite struct SampleTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  private func sample(_ count: Int, _ options: [String] = []) throws -> [Double] {
    try workspace.expectSuccess(["sample", "model.h5", "-n", "\(count)", "-o", "out.h5", "--force"] + options)
    return try workspace.numbers("out.h5")
  }

  private func samplesDataset() throws -> HDF5.Dataset {
    let file = try HDF5.File(reading: workspace.path("out.h5"))
    return try file.root().dataset("samples")
  }

  @Test func writesADatasetWithColumns() throws {
    let printed = try workspace.json(["sample", "model.h5", "-n", "1000", "-o", "out.h5"])
    #expect(printed.count == 1)
    #expect(kinds(printed[0]) == ["file": "text", "samples": "number"])
    #expect(printed[0]["file"] as? String == "out.h5" && printed[0]["samples"] as? Int == 1000)
    let reader = try HDF5Table(DataLocation(workspace.path("out.h5:/samples")))
    #expect(reader.rows == 1000 && reader.columns == ["x", "y"] && reader.hasNames)
    let attribute = try samplesDataset().attribute("columns")
    #expect(attribute == .texts(["x", "y"]))
  }

  @Test func fewerEventsAreAPrefixOfMore() throws {
    let hundred = try sample(100)
    #expect(try sample(10) == Array(hundred[..<20]))
    #expect(try sample(100, ["--threads", "3"]) == hundred)
    #expect(try sample(100, ["--seed", "1"]) != hundred)
    // More than one block of the writer and of the sampler.
    #expect(try Array(sample(300_000)[..<200]) == hundred)
  }

  @Test func countsMayHaveAnExponent() throws {
    let printed = try workspace.json(["sample", "model.h5", "-n", "1e2", "-o", "out.h5"])
    #expect(printed[0]["samples"] as? Int == 100)
    let outcome = try workspace.run(["sample", "model.h5", "-n", "1.5", "-o", "other.h5"])
    #expect(outcome.code == 1 && outcome.messages.count == 1 && outcome.errors.contains("it is no whole number"))
  }

  @Test func theDensityOfSamplesIsFinite() throws {
    let samples = try sample(5_000)
    #expect(samples.allSatisfy { $0.isFinite })
    let scored = try workspace.json(["density", "model.h5", "out.h5", "-o", "density.h5"])
    #expect(scored[0]["nonFinite"] as? Int == 0 && scored[0]["count"] as? Int == 5_000)
    #expect(try workspace.numbers("density.h5").allSatisfy(\.isFinite))
  }

  @Test func contextGivesAThirdAxis() throws {
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force", "--context", "y"] + quick)
    try workspace.write("context.h5", [[-0.5], [0], [1]], columns: ["y"])
    let printed = try workspace.json(
      ["sample", "model.h5", "-n", "7", "-o", "out.h5", "--context", "context.h5"])
    #expect(printed[0]["samples"] as? Int == 21)
    let dataset = try samplesDataset()
    #expect(dataset.shape == [3, 7, 1])
    #expect(try dataset.attribute("columns") == .texts(["x"]))
    let samples: [Double] = try dataset.read()
    // Named columns are found among others; a row's samples depend on that row and its place alone.
    try workspace.write("more.h5", [[9, -0.5], [9, 0]], columns: ["other", "y"])
    try workspace.expectSuccess(
      ["sample", "model.h5", "-n", "7", "-o", "out.h5", "--force", "--context", "more.h5"])
    let fewer: [Double] = try samplesDataset().read()
    #expect(fewer == Array(samples[..<14]))
    #expect(Set(samples).count == 21)
  }

  /// Each row of context shifts the samples: a flow of x given y where x = 10 y.
  @Test func samplesFollowTheContext() throws {
    let events = moons(2_000).map { [10 * $0[1] + 0.1 * $0[0], $0[1]] }
    try workspace.write("line.h5", events, columns: ["x", "y"])
    try workspace.expectSuccess(
      ["fit", "line.h5", "-o", "model.h5", "--force", "--context", "y", "--epochs", "60"]
        + ["--layers", "2*[coupling-affine(hidden=16)]", "--learning-rate", "0.01"])
    try workspace.write("context.h5", [[-0.5], [1]], columns: ["y"])
    try workspace.expectSuccess(
      ["sample", "model.h5", "-n", "200", "-o", "out.h5", "--context", "context.h5"])
    let samples: [Double] = try samplesDataset().read()
    let means = [samples[..<200], samples[200...]].map { $0.reduce(0, +) / 200 }
    #expect(abs(means[0] + 5) < 1 && abs(means[1] - 10) < 1, "\(means)")
  }
}
