import FlowKit
import Testing

/// The program and the library fit the same flow, bit for bit, to the same rows, layers, options and seed.
@Suite struct LibraryTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func expectSame(
    _ events: EventArray, _ arguments: [String], validation: Validation = .fraction(0.1), layers: String,
    base: String = "normal", preprocessing: PreprocessingOptions = PreprocessingOptions(),
    contextEmbedding: String? = nil, options: TrainingOptions, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "model.h5", "--force", "--layers", layers, "--base", base, "--epochs", "3"] + arguments)
    let model = try workspace.model()
    let result = try Trainer(
      fitting: events, validation: validation, layers: layers, base: base, preprocessing: preprocessing,
      contextEmbedding: contextEmbedding, options: options
    ).fit()
    #expect(model.flow.parameters == result.flow.parameters, sourceLocation: sourceLocation)
    #expect(
      try model.flow.architecture.jsonText() == result.flow.architecture.jsonText(), sourceLocation: sourceLocation)
    #expect(model.history.map(\.valid) == result.history.map(\.valid), sourceLocation: sourceLocation)
    #expect(model.columns == events.columns, sourceLocation: sourceLocation)
  }

  @Test func rowsOfTwoColumns() throws {
    try workspace.writeMoons("data.h5", 5_000)
    let events = try EventArray(moons(5_000), columns: ["x", "y"])
    let layers = "actnorm,2*[coupling-affine(hidden=8),permute(random)]"
    try expectSame(events, [], layers: layers, base: "mixture(3)", options: TrainingOptions { $0.epochs = 3 })
    try expectSame(
      events, ["--seed", "7", "--batch", "100", "--valid", "0", "--threads", "3"], validation: .none, layers: layers,
      options: TrainingOptions { ($0.epochs, $0.seed, $0.batchSize) = (3, 7, 100) })
  }

  @Test func contextWeightsAndPreprocessing() throws {
    let numbers = rows(moons(4_000).flatMap { [1 + abs($0[0]), $0[1]] }, 4)
    try workspace.write("data.h5", numbers, columns: ["m", "c", "w", "y"])
    let events = try EventArray(
      numbers.map { [$0[0], $0[3]] }, context: numbers.map { [$0[1]] }, weights: numbers.map { $0[2] },
      columns: ["m", "y"], contextColumns: ["c"])
    var preprocessing = PreprocessingOptions()
    preprocessing.bounds = [ColumnInterval("m", lower: 0)]
    preprocessing.scaling = .whiten
    try expectSame(
      events,
      ["--context", "c", "--weights", "w", "--bounds", "m=0..", "--preprocess", "whiten", "--context-embedding", "4"],
      layers: "2*[coupling-affine(hidden=8),permute(reverse)]", preprocessing: preprocessing, contextEmbedding: "4",
      options: TrainingOptions { $0.epochs = 3 })
  }
}
