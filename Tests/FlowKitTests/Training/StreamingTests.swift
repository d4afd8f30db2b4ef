import FlowKit
import Glibc
import Testing

/// Training on events that are read from a file in every epoch.
@Suite struct StreamingTests {
  private static let columns = ["row", "x", "y", "c", "w"]
  private static let selection = ColumnSelection(columns: ["row", "x", "y"], context: ["c"], weights: "w")

  /// 1,500 rows, three of them not finite.
  private static var rows: [[Double]] {
    var rows = numberedRows(1_500, columns: 5)
    (rows[5][1], rows[900][3], rows[1_499][4]) = (.nan, .infinity, .nan)
    return rows
  }

  private func options(batch: Int = 60) -> TrainingOptions {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.buffer) = (3, batch, 16_000)
    return options
  }

  private func parts(_ folder: String) throws -> (train: EventPart, valid: EventPart) {
    let location = try writeTable(Self.rows, columns: Self.columns, in: folder)
    let all = try EventSet(location, Self.selection, skipNonFinite: true, buffer: 16_000)
    return try all.split(validFraction: 0.2, seed: 1)
  }

  private func trainer(_ parts: (train: EventPart, valid: EventPart), threads: Int = 1) throws -> Trainer {
    let flow = try Flow(
      architecture: Architecture(
        fitting: parts.train, layers: "2*[coupling-affine(hidden=8),permute(reverse)]", seed: 1),
      seed: 2)
    return try Trainer(flow, train: parts.train, validation: parts.valid, options: options(), threads: threads)
  }

  private func untimed(_ checkpoint: TrainingCheckpoint) -> TrainingCheckpoint {
    var checkpoint = checkpoint
    checkpoint.seconds = 0
    for index in checkpoint.history.indices {
      (checkpoint.history[index].seconds, checkpoint.history[index].eventsPerSecond) = (0, 0)
    }
    return checkpoint
  }

  // MARK: Order

  @Test(arguments: [1, 7, 60, 199]) func everyEventIsVisitedOnceInEachEpoch(batch: Int) throws {
    try withFolder { folder in
      let train = try parts(folder).train
      let plain = Architecture(
        chain: try exampleFlow(context: 1).architecture.chain, base: StandardNormal(dimension: 3))
      let windows = try EventWindows(train, plain, buffer: 16_000, batchSize: batch, seed: 1)
      #expect(windows.data.capacity < train.count / 2)
      let expected = try train.contents().events.enumerated().filter { $0.0 % 3 == 0 }.map(\.1)
      var orders: [[Double]] = []
      // Back and forth between epochs too, as after a step that was not finite.
      for epoch in [0, 1, 1, 2, 0] {
        var order: [Double] = []
        for first in stride(from: 0, to: train.count, by: batch) {
          let places = try windows.batch(first..<min(train.count, first + batch), ofEpoch: epoch)
          order += places.map { Double(windows.data[$0][0]) }
        }
        #expect(order.sorted() == expected)
        orders.append(order)
      }
      #expect(orders[1] == orders[2] && orders[0] == orders[4])
      #expect(orders[0] != orders[1] && orders[1] != orders[3] && orders[0] != expected)
    }
  }

  // MARK: The same bits

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    try withFolder { folder in
      let parts = try parts(folder)
      let one = try trainer(parts).fit()
      #expect(one.history.count == 3 && one.history[2].valid! < one.history[0].valid!)
      for threads in [2, 3] {
        #expect(untimed(try trainer(parts, threads: threads).fit().checkpoint) == untimed(one.checkpoint))
      }
    }
  }

  @Test func resumesFromEveryStepToTheSameBits() throws {
    try withFolder { folder in
      let parts = try parts(folder)
      var checkpoints: [TrainingCheckpoint] = []
      let whole = try trainer(parts).fit(saves: TrainingSaves(every: 0) { checkpoints.append($0) })
      #expect(checkpoints.count == 3 * 20 && checkpoints[33].stepOfEpoch == 14)
      for (index, checkpoint) in checkpoints.enumerated() where index % 3 == 0 {
        let result = try trainer(parts, threads: 1 + index % 2).fit(from: checkpoint)
        #expect(untimed(result.checkpoint) == untimed(whole.checkpoint), "from step \(index + 1)")
      }
    }
  }

  // MARK: The same results as in memory

  /// Losses are those of the evaluator, with the same weights, context and rows.
  @Test func lossesAreThoseOfTheEvaluator() throws {
    try withFolder { folder in
      let parts = try parts(folder)
      let result = try trainer(parts).fit()
      let valid = try parts.valid.contents()
      let densities = result.flow.logDensity(valid.events, context: valid.context)
      let weights = try #require(valid.weights)
      let expected = -zip(weights, densities).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      expectClose(
        [result.loss], [expected], within: MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-6, "validation loss")
    }
  }

  /// 64 columns, in batches that are all of the events: in memory whatever the buffer is, but read from the file.
  @Test func manyColumnsTrainAlike() throws {
    try withFolder { folder in
      let columns = (0..<64).map { "c\($0)" }
      let location = try writeTable(numberedRows(1_000, columns: 64), columns: columns, in: folder)
      var options = self.options(batch: 1_000)
      let architecture = try Architecture(
        fitting: EventSet(location, ColumnSelection()), layers: "coupling-affine(hidden=8),permute(reverse)", seed: 1)
      func fitted(buffer: Int) throws -> TrainingResult {
        options.buffer = buffer
        let set = try EventSet(location, ColumnSelection(), buffer: buffer)
        return try Trainer(Flow(architecture: architecture, seed: 1), train: set, options: options).fit()
      }
      let (file, memory) = (try fitted(buffer: 100_000), try fitted(buffer: EventSet.defaultBuffer))
      #expect(file.flow.parameters == memory.flow.parameters && file.loss == memory.loss)
      // In small batches the order differs, and the losses hardly.
      options.batchSize = 100
      let (streamed, held) = (try fitted(buffer: 100_000), try fitted(buffer: EventSet.defaultBuffer))
      #expect(streamed.flow.parameters != held.flow.parameters)
      expectClose([streamed.loss], [held.loss], within: 0.02, "training loss")
    }
  }

  /// Statistics of blocks against those of all rows at once.
  @Test(arguments: PreprocessingOptions.Scaling.allCases)
  func preprocessingIsFittedAlike(scaling: PreprocessingOptions.Scaling) throws {
    try withFolder { folder in
      let location = try writeTable(Self.rows, columns: Self.columns, in: folder)
      var options = PreprocessingOptions()
      options.scaling = scaling
      options.bounds = [ColumnInterval("x", lower: 0, upper: 2)]
      options.dequantized = ["row"]
      func mapped(buffer: Int) throws -> [Double] {
        let set = try EventSet(location, Self.selection, skipNonFinite: true, buffer: buffer)
        let (train, _) = try set.split(validFraction: 0.2, seed: 1)
        let architecture = try Architecture(fitting: train, layers: "lower", preprocessing: options, seed: 1)
        let (events, context) = (try train.contents().events, try train.contents().context)
        var (rows, given) = (events, context)
        var sums = [Double](repeating: 0, count: train.count)
        for layer in architecture.preprocessing { layer.forward(rows: &rows, addingTo: &sums) }
        for layer in architecture.contextPreprocessing { layer.forward(rows: &given, addingTo: &sums) }
        return rows + given + sums
      }
      let held = try mapped(buffer: EventSet.defaultBuffer)
      expectClose(try mapped(buffer: 60_000), held, within: 1e-11, "preprocessed")
    }
  }

  /// Where not all rows fit, 1,000 of them at least say where the quartiles are: of uniform numbers to 0.016 of the width.
  @Test func quantilesOfManyRowsComeFromAPart() throws {
    try withFolder { folder in
      let location = try writeTable(numberedRows(20_000, columns: 2), columns: ["row", "x"], in: folder)
      var options = PreprocessingOptions()
      options.scaling = .robust
      func scaling(buffer: Int) throws -> RobustScaling {
        let set = try EventSet(location, ColumnSelection(), buffer: buffer)
        let architecture = try Architecture(fitting: set, layers: "lower", preprocessing: options, seed: 1)
        return try #require(architecture.preprocessing[0] as? RobustScaling)
      }
      let (part, all) = (try scaling(buffer: 20_000), try scaling(buffer: EventSet.defaultBuffer))
      #expect(all.medians[0] == 9_999 && part.medians != all.medians)
      #expect(abs(part.medians[0] / 20_000 - 0.5) < 4 * 0.016 && abs(part.medians[1] - all.medians[1]) < 8 * 0.016)
      for i in 0..<2 { #expect(abs(part.scales[i] / all.scales[i] - 1) < 4 * 0.045) }
    }
  }

  // MARK: Errors

  @Test func aFileThatBreaksOffEndsTheFitWithItsError() throws {
    try withFolder { folder in
      let location = try writeTable(numberedRows(200_000, columns: 5), columns: Self.columns, in: folder)
      let train = try EventSet(location, Self.selection, buffer: 200_000)
      var options = self.options(batch: 500)
      options.buffer = 200_000
      let flow = try Flow(architecture: Architecture(fitting: train, layers: "lower", seed: 1), seed: 2)
      let trainer = try Trainer(flow, train: train, options: options)
      _ = try trainer.batch(0, ofEpoch: 0)
      #expect(truncate("\(folder)/events.h5", 100_000) == 0)
      var saved: TrainingCheckpoint?
      let text = message { () throws(FlowError) in
        _ = try trainer.fit(saves: TrainingSaves(every: 1_000) { saved = $0 })
      }
      #expect(text?.contains("cannot read \(folder)/events.h5:/events (rows ") == true, "\(text ?? "")")
      // What was trained before is handed out.
      let step = try #require(saved).step + (try #require(saved).stepOfEpoch)
      #expect(step > 0)
    }
  }
}
