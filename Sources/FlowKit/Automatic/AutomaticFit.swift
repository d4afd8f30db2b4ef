/// A fit that is told nothing but the events: it looks at them, decides what is certain, and lets training decide the rest
/// in short races judged on validation events.
///
/// Few rows: pairs of flows are trained for 25, 50, 100 … epochs, each time with a whole schedule of the learning rate, until
/// their mixture no longer gets better; then more flows join the mixture. Many rows: one flow is trained as long as the limit
/// allows, after a short training has shown that it does not overfit. The rules come from measurements on eighteen data sets
/// (`docs/design/automatic-fits.md`).
///
/// ```swift
/// let result = try AutomaticFit(events).fit()
/// ```
///
/// Without `choices.minutes` the same events and seed give the same flows, bit for bit, for any number of threads, unless the
/// limit of the effort ends it.
public final class AutomaticFit: Sendable {
  public let profile: FitProfile
  public let plan: FitPlan
  /// What a look at all events showed.
  public let survey: EventSurvey?
  /// Columns of the events that others determine: no part of the density, and brought back by a ``Model``'s samples.
  public let dependent: DependentColumns
  /// What was made of rows that are copies of others, in a line.
  public let repeats: String?
  public let train: any EventSource
  public let validation: (any EventSource)?
  public let choices: FitChoices
  let training: CandidateTraining
  /// Of each flow.
  let parameterCount: Int
  let threads: Int
  let givenThreads: Int?

  /// - Parameter threads: by default as many as this process may use; the result does not depend on it.
  /// - Throws: where the events allow no fit, or the choices describe none.
  public init(
    _ events: any EventSource, validation: Validation = .fraction(0.1), choices: FitChoices = FitChoices(),
    registry: Registry = .standard, threads: Int? = nil
  ) throws(FlowError) {
    var choices = choices
    choices.preprocessing = try choices.preprocessing.findingCategories(in: events)
    try choices.preprocessing.check(events)
    let (events, validation, dependent) = try Self.separated(events, validation, choices.preprocessing)
    self.dependent = dependent
    let parts = try TrainingSetup.parts(events, validation, choices.preprocessing, choices.seed)
    (survey, repeats, self.choices) = (parts.survey, parts.repeats, choices)
    let train = try parts.train.inMemory()
    let own = try parts.validation.map { part throws(FlowError) in try part.inMemory() }
    (self.train, self.validation) = (train, own)
    profile = try FitProfile(train, validation: own, seed: choices.seed)
    var plan = FitPlan(profile, choices, setAside: dependent.texts(train.columns))
    func training(_ plan: FitPlan) -> CandidateTraining {
      CandidateTraining(train: train, validation: own, choices: choices, plan: plan, registry: registry)
    }
    // What is wrong with the choices is said before anything is trained.
    let first = FitCandidate(subject: .init(scaling: plan.scalings[0]), epochs: 1, minutes: nil, member: 0)
    let architecture: Architecture
    do throws(FlowError) {
      architecture = try training(plan).architecture(first)
    } catch {
      // Quartiles may be equal, correlations singular.
      guard !choices.isScalingGiven, plan.scalings[0] != .standardize else { throw error }
      plan.takeStandardize(because: error.message)
      architecture = try training(plan).architecture(
        FitCandidate(subject: .init(scaling: .standardize), epochs: 1, minutes: nil, member: 0))
    }
    if let own { try architecture.checkDomain(of: own) }
    (self.plan, self.training, parameterCount) = (plan, training(plan), architecture.parameterCount)
    (self.threads, givenThreads) = (threads ?? Processors.count, threads)
  }

  /// The events without columns that others determine, and what these are. Of a column of which something is declared nothing is
  /// assumed.
  private static func separated(
    _ events: any EventSource, _ validation: Validation, _ preprocessing: PreprocessingOptions
  ) throws(FlowError) -> (any EventSource, Validation, DependentColumns) {
    var others: (any EventSource)?
    if case .events(let own) = validation, own.dimension == events.dimension { others = own }
    let dependent = try DependentColumns(in: events, and: others, sparing: preprocessing.declaredColumns)
    // Where nothing would be left, the fit says which column is constant.
    guard !dependent.isEmpty, dependent.columns.count < events.dimension else { return (events, validation, .none) }
    let rest = others.map { Validation.events(KeptColumns($0, without: dependent)) } ?? validation
    return (KeptColumns(events, without: dependent), rest, dependent)
  }

  /// When and how a fit is saved while it goes on.
  public struct Saves: Sendable {
    let seconds: Double
    let save: @Sendable (AutomaticFitState, AutomaticFitResult?) -> Void

    /// - Parameter seconds: calls `save` with what was trained and the best so far after every round, and while flows are
    ///   trained when so much time has passed since the last time, on the thread of one of them, never on two at once.
    public init(every seconds: Double, _ save: @escaping @Sendable (AutomaticFitState, AutomaticFitResult?) -> Void) {
      (self.seconds, self.save) = (seconds, save)
    }
  }

  /// Trains until another round is not worth its time, the limit is reached, or `shouldStop` says so.
  ///
  /// - Parameter state: what an earlier fit to the same events with the same choices had trained when it was stopped.
  /// - Throws: where training fails, or is stopped before there is any flow.
  public func fit(
    from state: AutomaticFitState? = nil, saves: Saves? = nil,
    observe: @escaping (AutomaticFitEvent) -> Void = { _ in }, shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(FlowError) -> AutomaticFitResult {
    var run = Run(self, state, saves, observe, shouldStop)
    try run.chooseScaling()
    if plan.isLarge { try run.trainLong() } else { try run.chooseEpochs(from: run.fewRowsEpochs) }
    if run.mayGoOn { try run.addMembers() }
    // Of the flows that have not seen the validation events.
    let review = try run.scores.map { scores throws(FlowError) in
      try self.review(run.best.map(\.result.flow), scores, try run.simpleDensities())
    }
    if run.mayGoOn { try run.refit() }
    guard var result = run.result else {
      throw FlowError(.numerics, "the fit was stopped before there was any flow")
    }
    result.review = review
    return result
  }

  /// The parts of a fit in progress.
  struct Run {
    let fit: AutomaticFit
    let saves: Saves?
    let observe: (AutomaticFitEvent) -> Void
    /// Asked by trainings, on threads of their own.
    let shouldStop: @Sendable () -> Bool
    let start = ContinuousClock.now
    /// What has been trained, and what an earlier run had.
    var state: AutomaticFitState
    let secondsBefore: Double
    /// What is trained.
    var subject: FitCandidate.Subject
    /// Whether another base is still to be tried.
    var racesBase: Bool
    /// Whether a density without layers is better than the first training: there is little for a flow to learn, and noise of the
    /// events is next.
    var isSimple = false
    /// Computed when they are needed.
    private var references: SimpleDensities??
    var best: [FittedCandidate] = []
    var scores: ValidationScores?
    var epochs = 0
    var rounds: [FitRound] = []
    /// Whether more training than that of `best` has been seen to be of no use.
    var overfits = false
    var isRefitting = false

    init(
      _ fit: AutomaticFit, _ state: AutomaticFitState?, _ saves: Saves?,
      _ observe: @escaping (AutomaticFitEvent) -> Void, _ stop: @escaping @Sendable () -> Bool
    ) {
      (self.fit, self.saves, self.observe) = (fit, saves, observe)
      self.state = state ?? AutomaticFitState()
      secondsBefore = self.state.seconds
      subject = .init(scaling: fit.plan.scalings[0])
      racesBase = fit.choices.base == StandardNormal.name && fit.train.dimension > 1
      // Schedules end by the limit; what does not know of it ends soon after.
      let deadline = ContinuousClock.now + .seconds(1.1 * fit.choices.limitInSeconds + 1 - secondsBefore)
      shouldStop = { stop() || ContinuousClock.now > deadline }
    }

    mutating func simpleDensities() throws(FlowError) -> SimpleDensities? {
      if let references { return references }
      let computed = try fit.simpleDensities()
      references = .some(computed)
      return computed
    }

    var plan: FitPlan { fit.plan }
    var seconds: Double { Job.processes.decided(secondsBefore + (ContinuousClock.now - start).inSeconds) }
    /// How many flows are trained at once.
    var lanes: Int { Job.processes.count > 1 ? 1 : fit.threads }
    func isStopped() -> Bool { Job.processes.decided(shouldStop()) }
    /// Half of the time is for fitting again, where that is wanted.
    var secondsLeft: Double {
      fit.choices.limitInSeconds * (fit.choices.refits && !isRefitting ? 0.5 : 1) - seconds
    }
    /// Whether there is time for what takes `seconds`, by what was measured.
    func hasTime(for seconds: Double) -> Bool { seconds < 0.95 * secondsLeft }
    /// How often there is time for it.
    func rounds(of seconds: Double) -> Int { max(0, Int(0.95 * secondsLeft / seconds)) }
    /// Whether somebody wanted it to stop, before the limit did.
    var isInterrupted: Bool { isStopped() && secondsLeft > 0 }
    var mayGoOn: Bool { !isStopped() && !best.isEmpty }
  }
}
