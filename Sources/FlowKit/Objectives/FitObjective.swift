/// What a fit minimises, as `--objective` and model files write it: `likelihood`, `energy`, `mmd(kernel=laplace)`,
/// `sinkhorn(epsilon=0.1)`, `wasserstein`, `gan`, `flow-matching`, and by how much the likelihood is mixed in.
public struct FitObjective: Sendable, Equatable {
  /// What else than the likelihood of the events trains; nil for that alone.
  public let criterion: (any FitCriterion)?
  /// λ of ``SampleObjective`` and ``AdversarialObjective``; 0 for `likelihood`.
  public let likelihoodWeight: Double

  /// Maximum likelihood.
  public static let likelihood = FitObjective()
  static let likelihoodName = "likelihood"

  private init() { (criterion, likelihoodWeight) = (nil, 0) }

  public init(_ criterion: any FitCriterion, likelihoodWeight: Double = 0) {
    (self.criterion, self.likelihoodWeight) = (criterion, likelihoodWeight)
  }

  /// - Parameters:
  ///   - text: a name with arguments.
  ///   - likelihoodWeight: λ ≥ 0, for what is not `likelihood` itself.
  /// - Throws: where the text names no objective, or a number means nothing.
  public init(_ text: String, likelihoodWeight: Double = 0) throws(FlowError) {
    guard likelihoodWeight >= 0, likelihoodWeight.isFinite else {
      throw FlowError(.architecture, "the weight of the likelihood is a number of at least 0, got \(likelihoodWeight)")
    }
    let items = try LayerList(text, offset: 0, of: .objective).namedItems()
    guard items.count == 1, let item = items.first else {
      throw FlowError(.architecture, "'\(text)' names \(items.count) objectives; give one")
    }
    var arguments = LayerArguments(
      layerName: item.name, dimension: 1, contextDimension: 0, registry: .standard,
      random: RandomStream(seed: 0, purpose: .architecture), item.arguments, of: .objective)
    if item.name == Self.likelihoodName {
      try arguments.requireAllUsed()
      guard likelihoodWeight == 0 else {
        throw FlowError(
          .architecture, "likelihood is the objective already; mix it into one of samples, such as energy")
      }
      self = .likelihood
      return
    }
    guard let kind = Self.kinds.first(where: { $0.name == item.name }) else {
      throw FlowError(
        .architecture, "unknown objective '\(item.name)': the objectives are \(Self.names.joined(separator: ", "))")
    }
    self.init(try kind.make(&arguments), likelihoodWeight: likelihoodWeight)
    try arguments.requireAllUsed()
  }

  /// The objectives that a text can name.
  public static var names: [String] { [likelihoodName] + kinds.map(\.name) }

  /// The objective as its text, without λ.
  public var text: String { criterion?.text ?? Self.likelihoodName }
  /// Its first word.
  public var name: String { String(text.prefix { $0 != "(" }) }
  /// The objective with λ, for a file.
  public var description: String {
    likelihoodWeight == 0 ? text : "\(text) + \(likelihoodWeight) likelihood"
  }

  public static func == (a: FitObjective, b: FitObjective) -> Bool { a.description == b.description }

  /// The objective for a flow.
  ///
  /// - Throws: where it cannot train the flow, naming the layer.
  public func objective(for architecture: Architecture, seed: UInt64 = 0) throws(FlowError) -> any Objective {
    guard let criterion else { return MaximumLikelihood(architecture) }
    return try criterion.objective(for: architecture, likelihoodWeight: likelihoodWeight, seed: seed)
  }

  // MARK: The registry: one line for each objective

  private typealias Make = @Sendable (_ arguments: inout LayerArguments) throws(FlowError) -> any FitCriterion
  private static let kinds: [(name: String, make: Make)] = [
    (EnergyCriterion.name, { (arguments) throws(FlowError) in try EnergyCriterion(&arguments) }),
    (KernelCriterion.name, { (arguments) throws(FlowError) in try KernelCriterion(&arguments) }),
    (SinkhornCriterion.name, { (arguments) throws(FlowError) in try SinkhornCriterion(&arguments) }),
    (Adversary.wassersteinName, { (arguments) throws(FlowError) in try Adversary(wasserstein: &arguments) }),
    (Adversary.ganName, { (arguments) throws(FlowError) in try Adversary(gan: &arguments) }),
    (FlowMatchingCriterion.name, { (arguments) throws(FlowError) in FlowMatchingCriterion() }),
  ]
}

extension EnergyCriterion {
  fileprivate init(_ arguments: inout LayerArguments) throws(FlowError) {
    self.init(statistic: try arguments.statistic())
  }
}

extension KernelCriterion {
  fileprivate init(_ arguments: inout LayerArguments) throws(FlowError) {
    var discrepancy = MaximumMeanDiscrepancy(statistic: try arguments.statistic())
    discrepancy.kernel = try arguments.choice(
      "kernel", default: discrepancy.kernel,
      from: MaximumMeanDiscrepancy.Kernel.allCases.map { ($0.rawValue, $0) })
    var bandwidths: [Double] = []
    for argument in arguments.positionals() {
      guard let value = Double(argument.value), value > 0, value.isFinite else {
        throw arguments.error(argument, "mmd takes bandwidths, numbers above 0")
      }
      bandwidths.append(value)
    }
    if !bandwidths.isEmpty { discrepancy.bandwidths = .absolute(bandwidths) }
    self.init(discrepancy)
  }
}

extension SinkhornCriterion {
  fileprivate init(_ arguments: inout LayerArguments) throws(FlowError) {
    let usual = SinkhornCriterion()
    var sinkhorn = usual.sinkhorn
    let epsilon = try arguments.number("epsilon", default: .nan, "a number above 0") { $0 > 0 }
    let relative = try arguments.number("relative-epsilon", default: .nan, "a number above 0") { $0 > 0 }
    guard epsilon.isNaN || relative.isNaN else {
      throw FlowError(.architecture, "epsilon and relative-epsilon of sinkhorn are one number; give one of them")
    }
    if !epsilon.isNaN { sinkhorn.regularization = .absolute(epsilon) }
    if !relative.isNaN { sinkhorn.regularization = .relative(relative) }
    sinkhorn.maximumSweeps = Int(
      try arguments.number("sweeps", default: Double(sinkhorn.maximumSweeps), "a whole number from 1 to 1000000") {
        $0 >= 1 && $0 <= 1e6 && $0 == $0.rounded()
      })
    sinkhorn.tolerance = try arguments.number("tolerance", default: sinkhorn.tolerance, "a number between 0 and 1") {
      $0 > 0 && $0 < 1
    }
    sinkhorn.cost = try arguments.choice(
      "cost", default: sinkhorn.cost, from: [Sinkhorn.Cost.squared, .euclidean].map { ($0.rawValue, $0) })
    let gradient = try arguments.choice(
      "gradient", default: usual.gradient, from: [Sinkhorn.Gradient.envelope, .unrolled].map { ($0.rawValue, $0) })
    self.init(sinkhorn, gradient: gradient)
  }
}

extension LayerArguments {
  fileprivate mutating func statistic() throws(FlowError) -> PairStatistic {
    try choice(
      "statistic", default: .unbiased, from: [PairStatistic.unbiased, .biased].map { ($0.rawValue, $0) })
  }
}
