/// What a fit of an encoder minimises, as `--objective` and model files write it: a criterion and the metric of the columns, such as
/// `ae`, `ae(metric=deviations,error=absolute)` or `ae(weights=u:4;g:0.5)`.
public struct EncoderObjective: Sendable, Equatable {
  public let criterion: any EncoderCriterion
  public let metric: EncoderArchitecture.Metric
  /// What the squares of columns count in the metric; 1 where they are not named.
  public let weights: [ColumnWeight]

  public init(
    _ criterion: any EncoderCriterion = ReconstructionCriterion(), metric: EncoderArchitecture.Metric = .equal,
    weights: [ColumnWeight] = []
  ) {
    (self.criterion, self.metric, self.weights) = (criterion, metric, weights)
  }

  /// - Throws: where the text names no objective of an encoder, or a number means nothing.
  public init(_ text: String) throws(FlowError) {
    let items = try LayerList(text, offset: 0, of: .objective).namedItems()
    guard items.count == 1, let item = items.first else {
      throw FlowError(.architecture, "'\(text)' names \(items.count) objectives; give one")
    }
    guard let kind = Self.kinds.first(where: { $0.name == item.name }) else {
      throw FlowError(
        .architecture,
        "'\(item.name)' trains no encoder: the objectives that do are \(Self.names.joined(separator: ", "))")
    }
    var arguments = LayerArguments(
      layerName: item.name, dimension: 1, contextDimension: 0, registry: .standard,
      random: RandomStream(seed: 0, purpose: .architecture), item.arguments, of: .objective)
    let metric = try arguments.choice(
      "metric", default: EncoderArchitecture.Metric.equal,
      from: EncoderArchitecture.Metric.allCases.map { ($0.rawValue, $0) })
    let weights = try arguments.take("weights", positional: false).map { argument throws(FlowError) in
      try ColumnWeight.list(argument.value)
    }
    self.init(try kind.make(&arguments), metric: metric, weights: weights ?? [])
    try arguments.requireAllUsed()
  }

  /// The objectives that a text can name.
  public static var names: [String] { kinds.map(\.name) }

  /// The first word of the text.
  public var name: String { String(text.prefix { $0 != "(" }) }

  public var text: String {
    var arguments = metric == .equal ? [] : ["metric=\(metric.rawValue)"]
    if !weights.isEmpty {
      arguments.append("weights=" + weights.map { "\($0.column):\($0.weight)" }.joined(separator: ";"))
    }
    let (own, others) = (criterion.text, arguments.joined(separator: ","))
    guard !arguments.isEmpty else { return own }
    return own.hasSuffix(")") ? "\(own.dropLast()),\(others))" : "\(own)(\(others))"
  }

  public static func == (a: EncoderObjective, b: EncoderObjective) -> Bool { a.text == b.text }

  // MARK: The registry: one line for each

  private typealias Make = @Sendable (_ arguments: inout LayerArguments) throws(FlowError) -> any EncoderCriterion
  private static let kinds: [(name: String, make: Make)] = [
    (ReconstructionCriterion.name, { (arguments) throws(FlowError) in try ReconstructionCriterion(&arguments) }),
    (TripletCriterion.name, { (arguments) throws(FlowError) in try TripletCriterion(&arguments) }),
    (VariationalCriterion.name, { (arguments) throws(FlowError) in try VariationalCriterion(&arguments) }),
    (
      DomainAdversarialCriterion.name,
      { (arguments) throws(FlowError) in try DomainAdversarialCriterion(&arguments) }
    ),
  ]
}
