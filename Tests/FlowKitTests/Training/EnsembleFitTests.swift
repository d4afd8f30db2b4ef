import FlowKit
import FlowKitTestSupport
import Synchronization
import Testing

@Suite struct EnsembleFitTests {
  private func setup(
    _ count: Int = 400, epochs: Int = 3, validation: Validation = .fraction(0.25)
  ) throws -> TrainingSetup {
    try TrainingSetup(
      fitting: EventArray(PlanarSet.moons.events(count, seed: 0), dimension: 2), validation: validation,
      layers: "2*[coupling-affine(hidden=8),permute(random)]",
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.seed) = (epochs, 50, 11) })
  }

  private func parameters(_ state: EnsembleState) -> [[Scalar]] { state.members.map(\.flow.parameters) }

  @Test func memberZeroIsThePlainFit() throws {
    let setup = try setup()
    let plain = try Trainer(setup, threads: 1).fit()
    let fit = try EnsembleFit(setup, members: 3)
    let three = try fit.run(threads: 1)
    #expect(three.members[0].flow.parameters == plain.parameters && three.members[0].loss == plain.loss)
    #expect(Set((0..<3).map(fit.seed)).count == 3 && fit.seed(ofMember: 0) == 11)
    // Another seed is another flow, of the same events.
    #expect(parameters(three)[1] != parameters(three)[2])
    let second = try Trainer(fit.setup(ofMember: 1), threads: 1).fit()
    #expect(second.parameters == parameters(three)[1])
    #expect(try fit.setup(ofMember: 1).train.digest() == setup.train.digest())
    for threads in [2, 4] { #expect(try parameters(fit.run(threads: threads)) == parameters(three)) }
    let two = try EnsembleFit(setup, members: 2).run()
    #expect(parameters(two) == Array(parameters(three)[..<2]))
    #expect(try parameters(fit.run(from: two)) == parameters(three))
  }

  @Test func theMixtureIsScoredOnTheValidationEvents() throws {
    let setup = try setup()
    let told = Mutex<[MeanLogDensity]>([])
    let state = try EnsembleFit(setup, members: 2).run(observe: { event in
      if case .selected(let score) = event { told.withLock { $0.append(score) } }
    })
    let score = try #require(state.validation)
    #expect(told.withLock { $0 } == [score])
    let events = try setup.validation!.contents()
    let values = state.ensemble.logDensity(events.events)
    #expect(abs(score.value - values.reduce(0, +) / Double(values.count)) < 1e-9)
    // By Jensen's inequality it is at least the mean of the members'.
    #expect(score.value >= -state.members.reduce(0) { $0 + $1.loss } / 2 - 1e-5)
    #expect(try EnsembleFit(setup, members: 1).run().validation == nil)
  }

  @Test func membersMayHaveOtherLayers() throws {
    let events = try EventArray(PlanarSet.moons.events(400, seed: 0), dimension: 2)
    let setups = try ["lower", "coupling-affine(hidden=8)"].map { layers in
      try TrainingSetup(
        fitting: events, layers: layers, options: TrainingOptions { ($0.epochs, $0.batchSize) = (2, 50) })
    }
    let state = try EnsembleFit(ofEach: setups).run()
    #expect(state.members.map(\.flow.architecture.layerList) == ["lower", "coupling-affine(hidden=8)"])
    for (member, setup) in zip(state.members, setups) {
      #expect(try member.flow.parameters == Trainer(setup).fit().parameters)
    }
    #expect(state.ensemble.logDensity([0, 0])[0].isFinite && state.validation != nil)
  }

  /// Threads that are left over are shared by the members of the last round.
  @Test func theThreadsOfEachMember() throws {
    let fit = try EnsembleFit(setup(), members: 5)
    #expect(fit.membersAtOnce(threads: 4) == 4 && fit.membersAtOnce(threads: 16) == 5)
    #expect((0..<5).map { fit.threads(ofMember: $0, membersAtOnce: 4, of: 4) } == [1, 1, 1, 1, 4])
    #expect((0..<5).map { fit.threads(ofMember: $0, membersAtOnce: 5, of: 16) } == [3, 3, 3, 3, 3])
    var options = try setup().options
    options.buffer = 16_000
    let base = try setup()
    let small = TrainingSetup(base.architecture, options, train: base.train, validation: base.validation)
    #expect(try EnsembleFit(small, members: 5).membersAtOnce(threads: 4) == 1)
  }

  /// Stopped after so many steps of all members together, and gone on from there.
  @Test(arguments: [1, 2], [1, 9, 19, 25]) func anInterruptedFitGoesOnToTheSameBits(threads: Int, stop: Int) throws {
    for refits in [false, true] {
      let fit = try EnsembleFit(setup(), members: 2, refitting: refits)
      let whole = try fit.run(threads: 2)
      let steps = Atomic(0)
      let part = try fit.run(
        threads: threads, shouldStop: { steps.add(1, ordering: .relaxed).newValue > stop })
      #expect(part.members.count < 2 || !part.members.allSatisfy(\.hasEnded))
      let rest = try fit.run(from: part, threads: 3 - threads)
      #expect(parameters(rest) == parameters(whole) && rest.members.map(\.loss) == whole.members.map(\.loss))
      #expect(rest.validation == whole.validation && !rest.isInterrupted)
    }
  }

  /// From what is handed out while it runs, as from an interruption.
  @Test func everySaveIsAStateToGoOnFrom() throws {
    let fit = try EnsembleFit(setup(epochs: 2), members: 2, refitting: true)
    let saved = Mutex<[EnsembleState]>([])
    let saves = EnsembleSaves(every: 0) { state in saved.withLock { $0.append(state) } }
    let whole = try fit.run(threads: 1, saves: saves)
    let states = saved.withLock { $0 }
    #expect(states.count > 20)
    for state in states.enumerated().filter({ $0.offset % 4 == 3 }).map(\.element) {
      #expect(state.ensemble.logDensity([0, 0])[0].isFinite)
      #expect(try parameters(fit.run(from: state)) == parameters(whole))
    }
  }

  // MARK: Again on all rows

  @Test func aRefitSeesAllRowsForTheBestNumberOfEpochs() throws {
    let setup = try setup(epochs: 6)
    let selected = try Trainer(setup).fit()
    let state = try EnsembleFit(setup, members: 1, refitting: true).run()
    let member = state.members[0]
    #expect(member.selection?.epochs == selected.bestEpoch && member.selection?.loss == selected.loss)
    #expect(member.history.count == selected.bestEpoch && member.history.allSatisfy { $0.valid == nil })
    #expect(member.selection?.history.count == selected.history.count)
    let all = try JoinedEvents([setup.train, setup.validation!])
    #expect(all.count == 400)
    var options = setup.options
    options.epochs = selected.bestEpoch
    let again = try Trainer(TrainingSetup(setup.architecture, options, train: all)).fit()
    #expect(again.parameters == member.flow.parameters && again.parameters != selected.parameters)
    // Its own full cosine.
    #expect(member.history.last!.learningRate < 0.1 * options.learningRate)
    let score = try #require(state.validation)
    #expect(abs(score.value + selected.loss) < 1e-4)
  }

  @Test func aRefitNeedsValidationEvents() throws {
    let setup = try setup(validation: .none)
    #expect(
      message { () throws(FlowError) in _ = try EnsembleFit(setup, members: 1, refitting: true) }
        == "to fit again on all rows takes a number of epochs that validation rows chose; there are none")
  }

  @Test func joinedEventsStandOneAfterTheOther() throws {
    let first = try EventArray([1, 2, 3, 4], dimension: 2, columns: ["x", "y"])
    let second = try EventArray([5, 6], dimension: 2, weights: [2], columns: ["x", "y"])
    let joined = try JoinedEvents([first, second])
    #expect(joined.count == 3 && joined.hasWeights && joined.columns == ["x", "y"])
    #expect(try joined.contents() == LabelledEvents([1, 2, 3, 4, 5, 6], weights: [1, 1, 2]))
    #expect(try joined.digest() != first.digest())
    let other = try EventArray([1], dimension: 1)
    #expect(
      message { () throws(FlowError) in _ = try JoinedEvents([first, other]) }
        == "the events has 1 features and 0 of context, but the events 2 and 0")
  }

  // MARK: Beyond the end

  @Test func aRunThatHasEndedGoesOn() throws {
    let (short, long) = (try setup(epochs: 2), try setup(epochs: 5))
    let ended = try Trainer(short).fit().checkpoint
    #expect(ended.stopped == .epochs)
    let begun = try long.continuing(ended)
    let whole = try Trainer(long, threads: 2).fit(from: begun)
    #expect(whole.history.count == 5 && Array(whole.history[..<2]) == ended.history)
    #expect(whole.stopped == .epochs && whole.checkpoint.current.steps == 5 * 6)
    // The rate rises once more, and falls to 0 over the added epochs.
    #expect(begun.plan.start == 12 && begun.plan.startEpoch == 2 && begun.totalSteps == 30)
    let rates = (12..<30).map { begun.plan.rate(at: $0, peak: 1, CosineSchedule()) }
    #expect(rates.max()! > 0.9 && rates.last! < 0.02 && whole.history[2].learningRate > whole.history[4].learningRate)
    // To the same bits after an interruption, too.
    var asked = 0
    let part = try Trainer(long).fit(
      from: begun,
      shouldStop: {
        asked += 1
        return asked > 8
      })
    #expect(part.stopped == .interrupted)
    #expect(try Trainer(long).fit(from: part.checkpoint).parameters == whole.parameters)
    #expect(
      message { () throws(FlowError) in _ = try short.continuing(ended) }
        == "the training has ended already (epochs) after 2 epochs; 2 epochs add none")
  }

  /// Patience counts from where it goes on: the rate has to rise first.
  @Test func patienceBeginsAnew() throws {
    var options = try setup().options
    (options.patience, options.epochs) = (2, 40)
    let base = try setup()
    func with(_ options: TrainingOptions) -> TrainingSetup {
      TrainingSetup(base.architecture, options, train: base.train, validation: base.validation)
    }
    var ended = try Trainer(with(options)).fit().checkpoint
    ended.stopped = .patience
    options.epochs = ended.epoch + 10
    let result = try Trainer(with(options)).fit(from: with(options).continuing(ended))
    #expect(result.history.count >= ended.epoch + 2)
  }
}
