/// Which events decide when training ends.
public enum Validation: Sendable {
  /// A part of the training events, between 0 and 1, drawn from the options' seed; these are not trained on.
  case fraction(Double)
  case events(any EventSource)
  /// Training does not end before its epochs do.
  case none
}

/// A fit that can begin: a flow's architecture made for events, these events, what is minimised, and how. `flowctl fit`
/// is this and no more, so that a program fits the same flow, bit for bit, to the same events with the same options.
public struct TrainingSetup: Sendable {
  public let architecture: Architecture
  public let options: TrainingOptions
  public let train: any EventSource
  /// nil trains to the end.
  public let validation: (any EventSource)?
  /// What a look at all events showed before they were split; nil where nobody looked.
  public let survey: EventSurvey?
  /// What was made of rows that are copies of others, in a line; nil where there are none.
  public let repeats: String?
  /// What is minimised.
  public let objective: FitObjective
  /// How easy each row of the source of the training events is, the larger the easier, for a curriculum (`options.curriculum`) that
  /// is not to find that out by itself; the numbers count from row 0 of the source, whatever part of it is trained on.
  public var ease: [Double]?
  /// Makes the architecture anew, with the random choices of another seed; nil where it was given.
  let remake: Remake?

  typealias Remake = @Sendable (_ train: any EventSource, _ seed: UInt64) throws(FlowError) -> Architecture

  public init(
    _ architecture: Architecture, _ options: TrainingOptions, train: any EventSource,
    validation: (any EventSource)? = nil, objective: FitObjective = .likelihood
  ) {
    self.init(
      architecture, options, Parts(train: train, validation: validation, survey: nil, repeats: nil), objective)
  }

  private init(
    _ architecture: Architecture, _ options: TrainingOptions, _ parts: Parts, _ objective: FitObjective,
    _ remake: Remake? = nil
  ) {
    self.remake = remake
    (self.architecture, self.options, train, validation) = (architecture, options, parts.train, parts.validation)
    (survey, repeats, self.objective) = (parts.survey, parts.repeats, objective)
  }

  /// What is trained and validated on.
  struct Parts {
    var train: any EventSource
    var validation: (any EventSource)?
    var survey: EventSurvey?
    var repeats: String?
  }

  /// - Parameters:
  ///   - events: what the flow is fitted to; their context, if they have any, makes it a flow p(x | c).
  ///   - recipe: an architecture by name; without it and `layers`, that of the first `Recipe`.
  ///   - layers: an architecture as a layer list, from the data to the base.
  ///   - contextEmbedding: a network through which the layers see the context, such as `64x64` (``ContextEmbedding``).
  ///   - options: `options.seed` decides everything that is random.
  ///   - objective: what is minimised; maximum likelihood by default.
  ///   - broad: the weight of a ``BroadComponent``, 0 for none.
  ///
  /// Where rows are copies of others (`survey`), a validation part has none of the rows that are trained on: the different
  /// rows are split, each weighted by its copies; of more rows than half of their buffer holds, a hash of the row decides.
  /// - Throws: where the list describes no flow for these events, or they allow no fit: an event outside the domain of the
  ///   flow, a constant column, columns that depend on each other.
  public init(
    fitting events: any EventSource, validation: Validation = .fraction(0.1), recipe: String? = nil,
    layers: String? = nil, base: String = StandardNormal.name,
    preprocessing: PreprocessingOptions = PreprocessingOptions(), contextEmbedding: String? = nil,
    options: TrainingOptions = TrainingOptions(), objective: FitObjective = .likelihood, broad: Double = 0,
    registry: Registry = .standard
  ) throws(FlowError) {
    guard recipe == nil || layers == nil else {
      throw FlowError(.architecture, "a recipe and a layer list both name an architecture; give one of them")
    }
    try options.check()
    let list = if let layers { layers } else { try Recipe(named: recipe ?? Recipe.all[0].name).layers }
    // Before events are split, so that messages count rows as their source does, and no part lacks a category.
    let preprocessing = try preprocessing.findingCategories(in: events)
    try preprocessing.check(events)
    let parts = try Self.parts(events, validation, preprocessing, options.seed)
    let make: Remake = { (train, seed) throws(FlowError) in
      try Architecture(
        fitting: train, layers: list, base: base, preprocessing: preprocessing, contextEmbedding: contextEmbedding,
        broad: broad, registry: registry, seed: seed)
    }
    let architecture = try make(parts.train, options.seed)
    if let validation = parts.validation { try architecture.checkDomain(of: validation) }
    self.init(architecture, options, parts, objective, make)
    try checkObjective()
  }

  /// Throws where the objective cannot train the flow, or needs more events at once than there are.
  private func checkObjective() throws(FlowError) {
    _ = try objective.objective(for: architecture)
    guard let criterion = objective.criterion else { return }
    // Batches of nearly equal size, the smallest of which is this.
    let steps = (train.count + options.batchSize - 1) / options.batchSize
    for (count, what) in [(train.count / steps, "a batch"), (validation?.count ?? .max, "the validation part")] {
      guard count >= criterion.leastEvents else {
        throw FlowError(
          .data,
          "\(objective.name) compares pairs of points: it needs \(criterion.leastEvents) events or more at once, but "
            + "\(what) has \(count)")
      }
    }
  }

  static func parts(
    _ events: any EventSource, _ validation: Validation, _ preprocessing: PreprocessingOptions, _ seed: UInt64
  ) throws(FlowError) -> Parts {
    let survey = try EventSurvey(events, seed: seed)
    switch validation {
    case .none: return Parts(train: events, survey: survey)
    case .events(let others):
      try preprocessing.check(others)
      let copies = survey.isContinuous && events.dimension == others.dimension ? try survey.copies(in: others) : 0
      let repeats =
        "\(others.place): \(copies) of \(others.count) validation rows are copies of training rows; their loss is too low"
      return Parts(train: events, validation: others, survey: survey, repeats: copies > 0 ? repeats : nil)
    case .fraction(let fraction):
      guard survey.hasCopies, preprocessing.dequantized.isEmpty, preprocessing.categories.isEmpty else {
        let parts = try events.split(validFraction: fraction, seed: seed)
        return Parts(train: parts.train, validation: parts.valid, survey: survey)
      }
      return try Self.split(events, fraction, seed, survey)
    }
  }

  /// Parts of events some of which are copies of others.
  private static func split(
    _ events: any EventSource, _ fraction: Double, _ seed: UInt64, _ survey: EventSurvey
  ) throws(FlowError) -> Parts {
    let bytes = Double(survey.distinctRows) * Double((events.dimension + events.contextDimension + 2) * 8)
    guard bytes <= Double(events.buffer / 2) else {
      let parts = try events.splitKeepingCopies(validFraction: fraction, seed: seed)
      return Parts(
        train: parts.train, validation: parts.valid, survey: survey,
        repeats:
          "repeated rows: about \(survey.distinctRows) of \(survey.rows) are distinct; copies of a row are all trained or "
          + "all validated on")
    }
    let distinct = try DistinctEvents(events)
    let parts = try distinct.split(validFraction: fraction, seed: seed)
    return Parts(
      train: parts.train, validation: parts.valid, survey: survey,
      repeats: "repeated rows: \(distinct.count) of \(survey.rows) are distinct, and count as often as they are there; "
        + "validation sees no copies of rows that are trained on")
  }

  /// The flow as training begins: its parameters drawn from the seed, or started from the events, as `actnorm` does.
  ///
  /// - Throws: where the base is bounded, and the layers carry events out of its bounds: the loss would be infinite.
  public func start() throws(FlowError) -> Flow {
    let flow = try Flow(architecture: architecture, startingFrom: train, seed: options.seed)
    if objective.criterion == nil { try flow.checkBounds(of: train, seed: options.seed) }
    return flow
  }
}

extension Trainer {
  /// Makes ready to train: the flow at its start, the events in memory.
  public convenience init(_ setup: TrainingSetup, threads: Int? = nil) throws(FlowError) {
    let objective = try setup.objective.objective(for: setup.architecture, seed: setup.options.seed)
    var random = RandomStream(seed: setup.options.seed, purpose: .parameters, index: 2)
    let parameters = try objective.subject.layout.initialParameters(
      startingWith: setup.start().parameters, using: &random)
    try self.init(
      objective, from: parameters, train: setup.train, validation: setup.validation,
      options: setup.options, ease: setup.ease, threads: threads)
  }

  /// Makes ready to fit a flow to events: `try Trainer(fitting: events).fit().flow`. The arguments are those of
  /// ``TrainingSetup``.
  public convenience init(
    fitting events: any EventSource, validation: Validation = .fraction(0.1), recipe: String? = nil,
    layers: String? = nil, base: String = StandardNormal.name,
    preprocessing: PreprocessingOptions = PreprocessingOptions(), contextEmbedding: String? = nil,
    options: TrainingOptions = TrainingOptions(), objective: FitObjective = .likelihood,
    registry: Registry = .standard, threads: Int? = nil
  ) throws(FlowError) {
    let setup = try TrainingSetup(
      fitting: events, validation: validation, recipe: recipe, layers: layers, base: base,
      preprocessing: preprocessing, contextEmbedding: contextEmbedding, options: options, objective: objective,
      registry: registry)
    try self.init(setup, threads: threads)
  }
}
