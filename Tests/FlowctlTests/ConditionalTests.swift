import FlowKit
import Foundation
import Testing

/// Fit, density and sample with `--context`.
@Suite struct ConditionalTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// x = 10 y and a little noise.
  private func fitLine(_ options: [String] = []) throws {
    let events = moons(2_000).map { [10 * $0[1] + 0.1 * $0[0], $0[1]] }
    try workspace.write("line.h5", events, columns: ["x", "y"])
    try workspace.expectSuccess(
      ["fit", "line.h5", "-o", "model.h5", "--context", "y", "--epochs", "40", "--learning-rate", "0.01"]
        + ["--layers", "2*[coupling-affine(hidden=16)]"] + options)
  }

  @Test func oneEventForEachRowOfContextByDefault() throws {
    try fitLine()
    try workspace.write("context.h5", [[-0.5], [0], [1]], columns: ["y"])
    try workspace.expectSuccess(["sample", "model.h5", "-o", "one.h5", "--context", "context.h5:/events"])
    let file = try HDF5.File(reading: workspace.path("one.h5"))
    let dataset = try file.root().dataset("samples")
    #expect(dataset.shape == [3, 1, 1])
    let one: [Double] = try dataset.read()
    #expect(zip(one, [-5, 0, 10]).allSatisfy { abs($0 - $1) < 2 }, "\(one)")
  }

  /// Rows of context are read as a fit reads its data.
  @Test func rowsOfContextAreChosenAndReadWithOptions() throws {
    try fitLine()
    func samples(_ context: String, _ options: String...) throws -> [Double] {
      try workspace.expectSuccess(
        ["sample", "model.h5", "-o", "out.h5", "--force", "--context", context] + options)
      return try workspace.numbers("out.h5:/samples")
    }
    try workspace.write("context.h5", [[-0.5], [0], [1]], columns: ["y"])
    let expected = try samples("context.h5")
    try workspace.write("other.h5", [[7, -0.5, 1], [7, 0, 2], [7, 1, 3]], columns: ["a", "b", "c"])
    #expect(try samples("other.h5", "--columns", "b") == expected)
    #expect(try samples("other.h5", "--columns", "!a,!c") == expected)
    try workspace.write("turned.h5", [[-0.5, 0, 1]])
    #expect(try samples("turned.h5", "--transpose") == expected)
    try workspace.write("chain.h5", [[9], [9], [-0.5], [9], [0], [9], [1]], columns: ["y"])
    #expect(try samples("chain.h5", "--burn-in", "2", "--thin", "2") == expected)
    try workspace.expectFailure(
      ["sample", "model.h5", "-o", "new.h5", "--context", "context.h5", "--missing", "1"],
      "context.h5: 1 non-finite value in 1 row, first nan in row 2, column 'y' (missing: 1.0 was declared so)")
    try workspace.expectFailure(
      ["sample", "model.h5", "-o", "new.h5", "--context", "other.h5", "--columns", "b,c"],
      "the model was fitted to 1 columns (y), but other.h5:/events has 2 (b, c)")
  }

  /// More events than a block holds, so that blocks begin within a row of context, and chunks of the file too.
  @Test func manyRowsAndManyEventsAreWrittenBlockByBlock() throws {
    try fitLine()
    try workspace.write("context.h5", (0..<7).map { [Double($0) / 7] }, columns: ["y"])
    let printed = try workspace.json(
      ["sample", "model.h5", "-n", "100000", "-o", "out.h5", "--context", "context.h5"])
    #expect(printed[0]["samples"] as? Int == 700_000)
    let file = try HDF5.File(reading: workspace.path("out.h5"))
    let dataset = try file.root().dataset("samples")
    #expect(dataset.shape == [7, 100_000, 1])
    let samples: [Double] = try dataset.read()
    let flow = try workspace.model().flow
    for row in [0, 3, 6] {
      let first = row * 100_000 + 90_000
      let alone = try flow.evaluator().sample(
        10_000, first: first, context: [Double](repeating: Double(row) / 7, count: 10_000))
      #expect(alone == Array(samples[first..<(first + 10_000)]), "row \(row)")
    }
  }

  @Test func theDensityDependsOnTheContext() throws {
    try fitLine()
    try workspace.write("near.h5", [[0.5, 5], [-0.2, -2], [1, 10]], columns: ["y", "x"])
    try workspace.write("far.h5", [[0.5, -2], [-0.2, 10], [1, 5]], columns: ["y", "x"])
    let near = try #require(try workspace.json(["density", "model.h5", "near.h5"])[0]["mean"] as? Double)
    let far = try #require(try workspace.json(["density", "model.h5", "far.h5"])[0]["mean"] as? Double)
    #expect(near > -1 && far < near - 10, "\(near), \(far)")
  }

  @Test(arguments: ["16", "8x4"]) func anEmbeddingIsTrainedStoredAndUsed(widths: String) throws {
    try fitLine(["--context-embedding", widths])
    let model = try workspace.model()
    #expect(model.contextColumns == ["y"] && model.flow.contextDimension == 1)
    let shapes = model.flow.architecture.parameterShapes.filter { $0.name.hasPrefix("context-embedding/") }
    #expect(shapes.count == (widths == "16" ? 2 : 4))
    try workspace.write("near.h5", [[0.5, 5], [-0.2, -2], [1, 10]], columns: ["y", "x"])
    let near = try #require(try workspace.json(["density", "model.h5", "near.h5"])[0]["mean"] as? Double)
    #expect(near > -1, "\(near)")
    try workspace.expectSuccess(["sample", "model.h5", "-n", "200", "-o", "out.h5", "--context", "near.h5"])
    let file = try HDF5.File(reading: workspace.path("out.h5"))
    let samples: [Double] = try file.root().dataset("samples").read()
    let means = rows(samples, 200).map { $0.reduce(0, +) / 200 }
    #expect(zip(means, [5, -2, 10]).allSatisfy { abs($0 - $1) < 1 }, "\(means)")
    let printed = try workspace.json(["inspect", "model.h5"])[0]
    #expect(printed["contextEmbedding"] as? [Int] == widths.split(separator: "x").map { Int($0)! })
    #expect(try workspace.expectSuccess(["inspect", "model.h5"]).output.contains("embedding   \(widths)\n"))
  }

  @Test func anEmbeddingThatIsTooLarge() throws {
    try workspace.writeMoons()
    let fit = ["fit", "data.h5", "-o", "model.h5", "--context", "y", "--context-embedding"]
    try workspace.expectFailure(
      fit + ["65536x65536"],
      "the context's embedding asks for 4295163904 parameters, of which at most 268435456 are supported; correct "
        + "--context-embedding")
    try workspace.expectFailure(
      fit + ["8x"],
      "'8x' at character 1 of the context's embedding: the embedding takes widths such as 64x64, the last that of what "
        + "the layers see")
  }
}
