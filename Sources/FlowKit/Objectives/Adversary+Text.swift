// `wasserstein(constraint=penalty,weight=10)`, `gan(loss=saturating)`: how texts name critics.

extension Adversary {
  static let (wassersteinName, ganName) = ("wasserstein", "gan")

  private var name: String { game == .wasserstein ? Self.wassersteinName : Self.ganName }

  public var text: String {
    var arguments = game == .saturating ? ["loss=\(game.rawValue)"] : []
    if constraint != Adversary(game).constraint { arguments.append("constraint=\(constraint.name)") }
    switch constraint {
    case .clip(let limit) where limit != Self.usualLimit: arguments.append("limit=\(limit)")
    case .penalty(let weight) where weight != Self.usualWeight: arguments.append("weight=\(weight)")
    default: break
    }
    let usual = Adversary(game, constraint)
    if hidden != usual.hidden { arguments.append("hidden=\(LayerArguments.text(ofWidths: hidden))") }
    if group != usual.group { arguments.append("sort=\(group)") }
    if steps != usual.steps { arguments.append("critic-steps=\(steps)") }
    if learningRate != usual.learningRate { arguments.append("critic-rate=\(learningRate)") }
    if betas.0 != usual.betas.0 { arguments.append("beta1=\(betas.0)") }
    if betas.1 != usual.betas.1 { arguments.append("beta2=\(betas.1)") }
    return arguments.isEmpty ? name : "\(name)(\(arguments.joined(separator: ",")))"
  }

  private static let (usualLimit, usualWeight) = (0.01, 10.0)

  init(wasserstein arguments: inout LayerArguments) throws(FlowError) {
    try self.init(
      .wasserstein, constraints: [.orthonormal, .clip(Self.usualLimit), .penalty(Self.usualWeight)], &arguments)
  }

  init(gan arguments: inout LayerArguments) throws(FlowError) {
    let game = try arguments.choice(
      "loss", default: AdversarialGame.nonSaturating,
      from: [AdversarialGame.nonSaturating, .saturating].map { ($0.rawValue, $0) })
    try self.init(
      game, constraints: [.free, .orthonormal, .clip(Self.usualLimit), .penalty(Self.usualWeight)], &arguments)
  }

  /// The first of the constraints is the usual one.
  private init(
    _ game: AdversarialGame, constraints: [Constraint], _ arguments: inout LayerArguments
  ) throws(FlowError) {
    var constraint = try arguments.choice(
      "constraint", default: constraints[0], from: constraints.map { ($0.name, $0) })
    switch constraint {
    case .clip(let limit): constraint = .clip(try arguments.positive("limit", limit))
    case .penalty(let weight): constraint = .penalty(try arguments.positive("weight", weight))
    case .free, .orthonormal: break
    }
    self.init(game, constraint)
    group = try arguments.whole("sort", group, from: 0, to: 65_536)
    let size = max(1, group)
    hidden = try arguments.widths(
      "hidden", default: hidden.map { ($0 + size - 1) / size * size },
      group > 1 ? "widths that \(group) divides, such as \(2 * group)x\(2 * group)" : "widths such as 128x128"
    ) { !$0.isEmpty && $0.allSatisfy { $0.isMultiple(of: size) } }
    steps = try arguments.whole("critic-steps", steps, from: 1, to: 1_000)
    learningRate = try arguments.positive("critic-rate", learningRate)
    betas.0 = try arguments.number("beta1", default: betas.0, "a number from 0 to below 1") { 0..<1 ~= $0 }
    betas.1 = try arguments.number("beta2", default: betas.1, "a number from 0 to below 1") { 0..<1 ~= $0 }
  }
}

extension Adversary.Constraint {
  fileprivate var name: String {
    switch self {
    case .free: "none"
    case .orthonormal: "orthonormal"
    case .clip: "clip"
    case .penalty: "penalty"
    }
  }
}

extension LayerArguments {
  fileprivate mutating func positive(_ key: String, _ usual: Double) throws(FlowError) -> Double {
    try number(key, default: usual, "a number above 0") { $0 > 0 }
  }

  fileprivate mutating func whole(
    _ key: String, _ usual: Int, from least: Int, to most: Int
  ) throws(FlowError) -> Int {
    Int(
      try number(key, default: Double(usual), "a whole number from \(least) to \(most)") {
        $0 == $0.rounded() && Double(least)...Double(most) ~= $0
      })
  }
}
