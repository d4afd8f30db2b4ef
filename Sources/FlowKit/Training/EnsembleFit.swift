/// A fit of K flows that differ by their seeds alone, to one mixture (``FlowEnsemble``).
///
/// Member 0 is the fit of the setup itself, to the bit; member k has a seed that is a hash of the setup's and k: other random
/// layers, parameters and orders of the same events, preprocessed in the same way. An ensemble of four is the first half of one of
/// eight. Results are the same bits for any number of threads, and after any interruption.
public struct EnsembleFit: Sendable {
  public let setup: TrainingSetup
  /// K.
  public let count: Int
  /// Whether each member is then fitted again, to training and validation events, for the number of epochs that was best.
  public let refits: Bool
  /// The fits of members that differ by more than their seeds.
  private let own: [TrainingSetup]?

  /// - Parameters:
  ///   - setup: what each member is fitted to and how; its time limit, if it has one, is that of all members together.
  ///   - count: K, from 1 to 1,000.
  ///   - refitting: whether members are fitted again to all events, after the choice of their numbers of epochs.
  /// - Throws: where there are no validation events to choose by.
  public init(_ setup: TrainingSetup, members count: Int, refitting: Bool = false) throws(FlowError) {
    guard 1...1_000 ~= count else {
      throw FlowError(.architecture, "an ensemble has from 1 to 1000 members, got \(count)")
    }
    if refitting { _ = try setup.refitting(epochs: 1) }
    (self.setup, self.count, refits, own) = (setup, count, refitting, nil)
  }

  /// An ensemble of fits that differ in more than their seeds, such as their layers.
  ///
  /// - Parameter setups: that of each member, all of the same columns; the validation events of the first score the mixture, and its
  ///   time limit, if it has one, is that of all.
  /// - Throws: where columns differ in number, or there are no validation events to choose by.
  public init(ofEach setups: [TrainingSetup], refitting: Bool = false) throws(FlowError) {
    precondition(!setups.isEmpty, "an ensemble has members")
    for setup in setups {
      try setups[0].architecture.checkColumns(of: setup.train)
      if refitting { _ = try setup.refitting(epochs: 1) }
    }
    (self.setup, count, refits, own) = (setups[0], setups.count, refitting, setups)
  }

  /// The seed of a member.
  public func seed(ofMember index: Int) -> UInt64 {
    own?[index].options.seed ?? Self.seed(ofMember: index, setup.options.seed)
  }

  static func seed(ofMember index: Int, _ seed: UInt64) -> UInt64 {
    index == 0 ? seed : EventRandom(seed: seed).child(index).seed
  }

  /// The fit of a member that selects its number of epochs.
  public func setup(ofMember index: Int) throws(FlowError) -> TrainingSetup {
    precondition(0..<count ~= index, "member \(index) of \(count)")
    if let own { return own[index] }
    return try setup.reseeded(seed(ofMember: index))
  }

  /// How many members are fitted at once, each with its part of the threads: as many as there are threads, where so many copies of
  /// the events fit into the buffer; else one. Steps wait for their slowest thread, fits for none.
  public func membersAtOnce(threads: Int? = nil) -> Int {
    let lanes = min(count, threads ?? Processors.count)
    let events = setup.train.count + (setup.validation?.count ?? 0)
    let bytes = TrainingData.bytesPerEvent(setup.architecture, hasWeights: setup.train.hasWeights)
    return events * bytes * lanes <= setup.options.buffer ? lanes : 1
  }

  /// The threads of a member, of `threads` that all have: those of the last round share them among fewer.
  package func threads(ofMember index: Int, membersAtOnce lanes: Int, of threads: Int) -> Int {
    let last = count % lanes
    return max(1, threads / (index >= count - last ? last : lanes))
  }

  /// The part of the setup's time limit that a fit of one member has.
  func minutes(membersAtOnce: Int) -> Double? {
    let rounds = (count + membersAtOnce - 1) / membersAtOnce
    return setup.options.minutes.map { $0 / Double(rounds) / (refits ? 2 : 1) }
  }

  /// Fits all members.
  ///
  /// - Parameters:
  ///   - state: where an earlier run of the same fit stood, perhaps of fewer members; this one goes on from there, to the same bits.
  ///   - threads: by default as many as this process may use.
  ///   - saves: when to hand out how far the ensemble is.
  ///   - observe: is told what happens, by one thread at a time.
  ///   - shouldStop: asked before every step of every member.
  /// - Throws: where a member cannot be trained at all, or its events cannot be read.
  public func run(
    from state: EnsembleState = EnsembleState(), threads: Int? = nil, saves: EnsembleSaves? = nil,
    observe: @escaping @Sendable (EnsembleEvent) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(FlowError) -> EnsembleState {
    let run = try EnsembleRun(self, state, threads, saves, observe, shouldStop)
    return try run.finished()
  }
}

/// When and how an ensemble is saved while it is fitted.
public struct EnsembleSaves: Sendable {
  let seconds: Double
  let save: @Sendable (EnsembleState) throws(FlowError) -> Void

  /// - Parameter seconds: calls `save` after a step when so much time has passed since the last time, when one of several members is
  ///   fitted, and before a fit ends because its events can no longer be read.
  public init(every seconds: Double, _ save: @escaping @Sendable (EnsembleState) throws(FlowError) -> Void) {
    (self.seconds, self.save) = (seconds, save)
  }
}

/// What a caller may show while an ensemble is fitted.
public enum EnsembleEvent: Sendable {
  /// A member begins, or goes on; its events are read from their source in every epoch where they do not fit into the buffer.
  case begins(member: Int, refitting: Bool, isStreaming: Bool)
  /// What its training does.
  case training(member: Int, refitting: Bool, TrainingEvent)
  /// Its training is over, or was stopped.
  case ended(member: Int, refitting: Bool, MemberFit)
  /// All are selected; the mean log-density of the validation events by their mixture.
  case selected(MeanLogDensity)
}
