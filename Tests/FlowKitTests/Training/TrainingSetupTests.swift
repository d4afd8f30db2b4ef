import FlowKit
import Testing

/// Fits of arrays, as programs write them.
@Suite struct TrainingSetupTests {
  private let rows: [[Double]] = {
    let numbers = uniformNumbers(2 * 600)
    return (0..<600).map { (row: Int) -> [Double] in
      let (x, u) = (numbers[2 * row], numbers[2 * row + 1])
      return [x, x + 0.3 * u]
    }
  }()
  private let options = TrainingOptions { ($0.epochs, $0.batchSize) = (3, 100) }

  @Test func rowsAreFittedInThreeLines() throws {
    let events = try EventArray(rows)
    let trainer = try Trainer(
      fitting: events, layers: "4*[coupling-affine(hidden=8),permute(random)]", options: options)
    let flow = try trainer.fit().flow

    #expect(flow.dimension == 2 && flow.logDensity(Array(rows.joined())).allSatisfy(\.isFinite))
    #expect(trainer.stepsPerEpoch == 6, "a tenth is for validation")
  }

  @Test func aFlatArrayIsFittedInTwoLines() throws {
    let values = Array(rows.joined())
    let events = try EventArray(values, dimension: 2, columns: ["x", "y"])
    let flow = try Trainer(fitting: events, recipe: "residual", options: options).fit().flow

    #expect(flow.architecture.layerList.hasPrefix("8*[residual("))
    #expect(Model(flow: flow, columns: events.columns).columns == ["x", "y"])
  }

  @Test func aConditionalFlowIsFittedInFourLines() throws {
    let (x, c) = (rows.map { [$0[1]] }, rows.map { [$0[0]] })
    let events = try EventArray(x, context: c)
    let result = try Trainer(
      fitting: events, layers: "2*[coupling-affine(hidden=8)]",
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (60, 50) }
    ).fit()
    let draws = try result.flow.sample(100, context: Array(repeating: 0.5, count: 100), seed: 1)

    #expect(abs(draws.reduce(0, +) / 100 - 0.5) < 0.3)
  }

  /// The same parameters from the pieces, and from a file of the same rows.
  @Test func theFitIsThatOfItsPieces() throws {
    let events = try EventArray(rows, columns: ["x", "y"])
    let list = "actnorm,2*[coupling-affine(hidden=8),permute(random)]"
    let whole = try Trainer(fitting: events, layers: list, base: "mixture(3)", options: options).fit()
    let (train, valid) = try events.split(validFraction: 0.1, seed: 0)
    let architecture = try Architecture(fitting: train, layers: list, base: "mixture(3)", seed: 0)
    let flow = try Flow(architecture: architecture, startingFrom: train, seed: 0)
    let pieces = try Trainer(flow, train: train, validation: valid, options: options).fit()
    #expect(whole.flow.parameters == pieces.flow.parameters && whole.loss == pieces.loss)
    #expect(whole.history.count == 3 && whole.history[2].valid! < whole.history[0].valid!)
    try withFolder { folder in
      let file = try EventSet(writeTable(rows, columns: ["x", "y"], in: folder), ColumnSelection(), buffer: 4_000)
      let read = try Trainer(fitting: file, layers: list, base: "mixture(3)", options: options).fit()
      #expect(read.flow.parameters == whole.flow.parameters)
    }
  }

  /// Bits of what is fitted before training do not depend on how a source divides into blocks.
  @Test(arguments: PreprocessingOptions.Scaling.allCases)
  func preprocessingDoesNotDependOnBlocks(scaling: PreprocessingOptions.Scaling) throws {
    let rows = numberedRows(5_000, columns: 4)
    var preprocessing = PreprocessingOptions()
    preprocessing.scaling = scaling
    preprocessing.dequantized = ["row"]
    func text(_ events: some EventSource) throws -> String {
      let setup = try TrainingSetup(
        fitting: events, validation: .fraction(0.3), layers: "lower", preprocessing: preprocessing)
      let architecture = setup.architecture
      return try architecture.jsonText()
    }
    let memory = try EventArray(
      rows.map { Array($0[0..<2]) }, context: rows.map { [$0[2]] }, weights: rows.map { $0[3] },
      columns: ["row", "x"], contextColumns: ["c"])
    try withFolder { folder in
      let location = try writeTable(rows, columns: ["row", "x", "c", "w"], in: folder)
      let file = try EventSet(location, ColumnSelection(context: ["c"], weights: "w"), buffer: 160_000)
      #expect(file.eventsBefore.count > 6)
      #expect(try text(file) == text(memory))
    }
  }

  private func fault(
    _ events: EventArray, validation: Validation = .fraction(0.1), _ recipe: String? = nil, layers: String? = nil,
    preprocessing: PreprocessingOptions = PreprocessingOptions()
  ) -> FlowError? {
    do throws(FlowError) {
      _ = try TrainingSetup(
        fitting: events, validation: validation, recipe: recipe, layers: layers, preprocessing: preprocessing)
      return nil
    } catch { return error }
  }

  @Test func whatAllowsNoFitIsSaid() throws {
    let events = try EventArray(rows, columns: ["x", "y"])
    #expect(
      fault(events, "nsf", layers: "lower")?.message
        == "a recipe and a layer list both name an architecture; give one of them")
    #expect(fault(events, "glow")?.message.hasPrefix("unknown recipe 'glow': the recipes are realnvp") == true)
    #expect(
      fault(events, validation: .fraction(1e-6))
        == FlowError(
          .data,
          "the events: a validation part of 1e-06 of 600 rows leaves no rows to train or to validate on",
          fix: .chooseValidation))
    #expect(fault(events, validation: .fraction(.nan))?.fix == .chooseValidation)
    let constant = try EventArray(rows.map { $0 + [7.5] }, columns: ["x", "y", "run"])
    #expect(
      fault(constant)
        == FlowError(
          .data, "the events: the column 'run' is constant (7.5 in every row)", fix: .leaveOut(of: .columns)))
    let again = try EventArray(rows.map { $0 + [2 * $0[0]] }, columns: ["x", "y", "z"])
    #expect(
      fault(again)?.message
        == "the events: the column 'z' is 'x' again, up to scale and shift, so the events have no density")
    let context = try EventArray(rows, context: rows.map { _ in [3] }, contextColumns: ["c"])
    #expect(fault(context)?.fix == .leaveOut(of: .context))
    var preprocessing = PreprocessingOptions()
    preprocessing.bounds = [ColumnInterval("x", lower: -2.5)]
    let outside = rows.indices.filter { rows[$0][0] <= -2.5 }
    #expect(
      fault(events, preprocessing: preprocessing)?.message
        == "the events: the column 'x' is not strictly inside its bounds -2.5.. in \(outside.count) rows, the first "
        + "\(rows[outside[0]][0]) in row \(outside[0])")
  }
}
