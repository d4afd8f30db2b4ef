/// Variational auto-encoders as `--objective` writes them: `vae(head=categorical,levels=17,prior=mixture(8),warm-up=0.2)`.
public struct VariationalCriterion: EncoderCriterion {
  public static let name = "vae"
  public let headKind: DecoderHead.Kind
  public var head: DecoderHead.Kind? { headKind }
  public let prior: LatentPrior
  public let posterior: String?
  /// The layers of a posterior that is a flow, where nothing else is said.
  public static let posteriorLayers = "2*[autoregressive-affine(hidden=32x32),permute(reverse)]"
  /// The part of the training over which the weight of the prior rises to 1.
  public let warmUp: Double

  public init(
    _ head: DecoderHead.Kind = .normal, prior: LatentPrior = .normal, posterior: String? = nil, warmUp: Double = 0
  ) {
    (headKind, self.prior, self.posterior, self.warmUp) = (head, prior, posterior, warmUp)
  }

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    let kind = try arguments.choice(
      "head", default: "normal", from: ["normal", "bernoulli", "categorical", "logistic"].map { ($0, $0) })
    let head: DecoderHead.Kind
    switch kind {
    case "bernoulli": head = .bernoulli
    case "categorical": head = .categorical(try arguments.levels())
    case "logistic": head = .logistic(try arguments.levels())
    default: head = try arguments.deviation()
    }
    self.init(
      head, prior: try LatentPrior(&arguments), posterior: try arguments.posterior(),
      warmUp: try arguments.number("warm-up", default: 0, "a part of the training, from 0 to 1") { 0...1 ~= $0 })
  }

  public var text: String {
    var arguments: [String]
    switch headKind {
    case .normal: arguments = []
    case .normalColumns: arguments = ["sigma=columns"]
    case .normalFixed(let deviation): arguments = ["sigma=\(deviation)"]
    case .bernoulli: arguments = ["head=bernoulli"]
    case .categorical(let levels): arguments = ["head=categorical", "levels=\(levels)"]
    case .logistic(let levels): arguments = ["head=logistic", "levels=\(levels)"]
    }
    if prior != .normal { arguments.append("prior=\(prior.text)") }
    if let posterior {
      arguments.append("posterior=flow" + (posterior == Self.posteriorLayers ? "" : "(\(posterior))"))
    }
    if warmUp > 0 { arguments.append("warm-up=\(warmUp)") }
    return arguments.isEmpty ? Self.name : "\(Self.name)(\(arguments.joined(separator: ",")))"
  }
  public var unit: String { "nats, a bound of the mean -log p of the columns from above" }
  public var trainsDecoder: Bool { true }

  public func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective {
    guard let prior else { preconditionFailure("a variational encoder is trained with a prior") }
    return EvidenceBoundObjective(try VariationalEncoder(architecture, prior: prior), warmUp: warmUp, seed: seed)
  }

  /// Throws where a column has a value that the head gives no probability.
  public func check(_ events: any EventSource) throws(FlowError) {
    guard let levels = DecoderHead(headKind, dimension: events.dimension).levels else { return }
    try events.forEachBlock { block throws(FlowError) in
      for (index, value) in block.events.events.enumerated()
      where value != value.rounded() || value < 0 || value >= Double(levels) {
        let (event, column) = index.quotientAndRemainder(dividingBy: events.dimension)
        throw FlowError(
          .data,
          "\(events.place): the column '\(events.columns[column])' is \(value) in row \(block.row(of: event)), but the head gives "
            + "probabilities to whole numbers from 0 to \(levels - 1) alone")
      }
    }
  }
}

extension LayerArguments {
  fileprivate mutating func levels() throws(FlowError) -> Int {
    let number = try number("levels", default: 0, "how many values a column may have, from 2 to 65536") {
      $0 == $0.rounded() && 2...65_536 ~= $0
    }
    guard number > 0 else {
      throw FlowError(.architecture, "how many values may a column have? give levels, such as levels=17 for 0 to 16")
    }
    return Int(number)
  }

  /// The layers in `posterior=flow(…)`; those of a default for `flow` alone, nil for `normal`.
  fileprivate mutating func posterior() throws(FlowError) -> String? {
    guard let argument = take("posterior", positional: false), argument.value != "normal" else { return nil }
    guard argument.value != "flow" else { return VariationalCriterion.posteriorLayers }
    guard argument.value.hasPrefix("flow("), argument.value.hasSuffix(")") else {
      throw error(argument, "posterior takes normal, flow, or flow(LAYERS)")
    }
    let layers = String(argument.value.dropFirst("flow(".count).dropLast())
    _ = try LayerList(layers)
    return layers
  }

  fileprivate mutating func deviation() throws(FlowError) -> DecoderHead.Kind {
    guard let argument = take("sigma", positional: false) else { return .normal }
    switch argument.value {
    case "shared": return .normal
    case "columns": return .normalColumns
    default:
      guard let value = Double(argument.value), value > 0, value.isFinite else {
        throw error(argument, "sigma takes shared, columns, or a number above 0")
      }
      return .normalFixed(value)
    }
  }
}
