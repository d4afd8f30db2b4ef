/// What an automatic fit decides before it trains, and why. What only training can tell is left to races (``AutomaticFit``).
public struct FitPlan: Sendable {
  /// One decision, for a reader.
  public struct Decision: Sendable, Equatable, CustomStringConvertible {
    /// What is decided, in a word.
    public let what: String
    public let choice: String
    /// The number that decided, or who did.
    public let reason: String

    public var description: String { "\(what): \(choice) (\(reason))" }
  }

  public private(set) var decisions: [Decision] = []
  /// The architecture as a layer list.
  public private(set) var layers = ""
  /// Scalings that are worth a race; the first is taken where a race does not decide.
  public private(set) var scalings: [PreprocessingOptions.Scaling] = []
  public private(set) var batchSize = 0
  public private(set) var learningRate = 0.0
  public private(set) var broad = 0.0
  /// The flows of a mixture at most.
  public private(set) var members = 1
  /// Whether there are so many rows that steps are what is short, not rows.
  public let isLarge: Bool
  /// Whether there are so many that detail is what is short: finer splines, and maps that mix columns between them.
  private let isHuge: Bool

  /// From so many rows on a longer training gains more than several flows.
  static let largeRows = 20_000
  private static let hugeRows = 500_000
  private static let heavyKurtosis = 6.0
  private static let nearSingular = 0.01
  /// Of five layers with networks of 128x128, about.
  private static let wideParameters = 190_000
  /// Where there is time for fewer passes than these, narrower networks learn more in it.
  private static let fewPasses = 25.0

  /// What a pass over the training events takes on two processors, as measured on the machines of docs/benchmarks.md.
  static func nominalSeconds(rows: Int, parameters: Int) -> Double {
    (1.1e-10 * Double(parameters) + 1e-6) * Double(rows) / 2
  }

  /// - Parameter setAside: a sentence for each column that others determine.
  init(_ profile: FitProfile, _ choices: FitChoices, setAside: [String]) {
    (isLarge, isHuge) = (profile.rows >= Self.largeRows, profile.rows >= Self.hugeRows)
    for text in setAside { add("set aside", text, "no part of the density; samples have it") }
    decideScaling(profile, choices)
    decideLayers(profile, choices)
    decideTraining(profile, choices)
    decideMixture(profile, choices)
  }

  /// Takes another scaling, where the columns do not allow the first.
  mutating func takeStandardize(because reason: String) {
    scalings = [.standardize]
    decisions.removeAll { $0.what == "preprocessing" }
    decisions.insert(Decision(what: "preprocessing", choice: "standardize", reason: reason), at: 0)
  }

  private mutating func add(_ what: String, _ choice: String, _ reason: String) {
    decisions.append(Decision(what: what, choice: choice, reason: reason))
  }

  private static let given = "as given"

  // MARK: Decisions

  private mutating func decideScaling(_ profile: FitProfile, _ choices: FitChoices) {
    if choices.isScalingGiven {
      scalings = [choices.preprocessing.scaling]
      return add("preprocessing", scalings[0].rawValue, Self.given)
    }
    let (kurtosis, column) = profile.kurtosis
    let (tails, eigenvalue) = ("the kurtosis of '\(column)' is \(kurtosis.short)", profile.smallestEigenvalue.short)
    if kurtosis > Self.heavyKurtosis {
      // What a tail costs beyond the box of a spline does not show in a mean: no race.
      scalings = [.arcsinh]
      add("preprocessing", "arcsinh", "\(tails), above \(Self.heavyKurtosis.short)")
    } else if profile.smallestEigenvalue < Self.nearSingular {
      scalings = [.whiten, .standardize]
      add("preprocessing", "whiten", "the smallest eigenvalue of the correlations is \(eigenvalue)")
    } else {
      scalings = [.standardize]
      add("preprocessing", "standardize", "\(tails), the smallest eigenvalue of the correlations \(eigenvalue)")
    }
  }

  private mutating func decideLayers(_ profile: FitProfile, _ choices: FitChoices) {
    if let given = choices.layers {
      layers = given
      return add("layers", given, Self.given)
    }
    let bins = isHuge ? 16 : isLarge ? 8 : 4
    let (rows, dimension) = (profile.rows, profile.dimension)
    let passes = choices.limitInSeconds / Self.nominalSeconds(rows: rows, parameters: Self.wideParameters)
    let isShort = passes < Self.fewPasses
    let isMixed = choices.preprocessing.hasKinds
    if dimension == 1 {
      let network = profile.contextDimension > 0 ? "hidden=64x64,activation=silu," : ""
      let spline = "elementwise-rqs(\(network)bins=\(2 * bins),bound=5)"
      layers = isMixed ? "3*\(spline)" : "lu,3*[\(spline),lu]"
      return add("layers", layers, isMixed ? "one column, no plain number" : "one column")
    }
    let count = dimension > 64 ? 3 : 5
    // Smooth units learn less of the noise of few rows; those of many rows learn as much from relu, and sooner.
    let activation = isLarge ? "" : ",activation=silu"
    let network = (isShort ? "hidden=64x64" : "hidden=128x128") + activation
    // A linear map would mix angles and categories with numbers.
    let start = isMixed ? "" : "lu,"
    let between = isHuge && !isMixed ? "lu" : "permute(random)"
    layers = "\(start)\(count)*[autoregressive-rqs(bins=\(bins),bound=5,\(network)),\(between)]"
    let time = isShort ? ", time for about \(max(1, Int(passes))) passes" : ""
    add("layers", layers, "\(rows) rows of \(dimension) columns\(time)")
  }

  private mutating func decideTraining(_ profile: FitProfile, _ choices: FitChoices) {
    batchSize = choices.batchSize ?? (isHuge ? 512 : isLarge ? 256 : 128)
    learningRate = choices.learningRate ?? (isLarge && !isHuge ? 5e-3 : 3e-3)
    add("batch", "\(batchSize)", choices.batchSize == nil ? "\(profile.rows) rows" : Self.given)
    add("rate", "\(learningRate)", choices.learningRate == nil ? "\(profile.rows) rows" : Self.given)
  }

  private mutating func decideMixture(_ profile: FitProfile, _ choices: FitChoices) {
    let isMixed = choices.preprocessing.hasKinds
    broad = isMixed ? 0 : choices.broad ?? 1e-3
    members = choices.members ?? 16
    add(
      "broad component", broad == 0 ? "none" : "\(broad) of the mass",
      isMixed
        ? "there is none on circles and categories"
        : choices.broad == nil ? "no event is to cost without bound" : Self.given
    )
    if choices.members != nil { add("flows", "\(members)", Self.given) }
  }
}
