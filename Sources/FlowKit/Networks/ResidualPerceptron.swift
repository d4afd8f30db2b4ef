/// A perceptron with pre-activation residual blocks: h₀ = W(x, c) + b, then h ← h + W₂ φ(n(W₁ φ(n(h)) + b₁)) + b₂ for each
/// block, and the outputs Vh + d.
///
/// With a context each block's update is multiplied by a gate σ(Gc + g); `normalization` puts a normalisation n before each
/// φ. Hidden weights and biases start uniform in ±1/√(inputs), the second layer of each block in ±10⁻³, so that blocks start
/// near the identity, and the outputs at 0. Sources: He, Zhang, Ren & Sun, "Identity Mappings in Deep Residual Networks" (ECCV
/// 2016); as the conditioner of the neural spline flows' reference implementation, Durkan et al. (2019).
/// Layer lists: `network=residual,hidden=128,blocks=2,activation=relu,norm=none,dropout=0`.
public struct ResidualPerceptron: LayeredNetwork {
  public static let networkName = "residual"
  public let inputs: Int
  public let context: Int
  public let outputs: Int
  /// The number of units of every hidden layer.
  public let width: Int
  /// The number of blocks, two hidden layers each.
  public let blocks: Int
  public let activation: Activation
  public let normalization: NetworkNormalization
  /// The probability with which a unit before a block's second layer is dropped in training.
  public let dropout: Double
  let layers: ResidualLayers

  public init(
    inputs: Int, context: Int = 0, width: Int, blocks: Int = 2, outputs: Int, activation: Activation = .relu,
    normalization: NetworkNormalization = .none, dropout: Double = 0
  ) {
    (self.inputs, self.context, self.outputs, self.width) = (inputs, context, outputs, width)
    (self.blocks, self.activation, self.normalization, self.dropout) = (blocks, activation, normalization, dropout)
    layers = ResidualLayers(
      inputs: inputs, context: context, inputPrefixes: [inputs], starts: [0, width], outputStarts: [0, outputs],
      blocks: blocks, activation: activation, normalizes: normalization == .layer, dropout: dropout)
  }

  /// `initial/weight` (units × inputs, row-major), `initial/bias`, of each block `block0/scale0`, `block0/shift0` (where it
  /// normalises), `block0/weight0`, `block0/bias0`, the same with 1, `block0/gateWeight`, `block0/gateBias` (with context),
  /// then `final/weight`, `final/bias`.
  public var parameterShapes: [ParameterShape] { layers.parameterShapes }
  public var isUniversal: Bool { true }
}

/// What is normalised before each activation of a residual network.
public enum NetworkNormalization: String, Sendable, Codable, CaseIterable {
  /// Nothing.
  case none
  /// The units of each event, to mean 0 and variance 1, with a trained scale and shift (Ba, Kiros & Hinton 2016).
  case layer
}

extension ResidualPerceptron: ListedConditioner {
  public static func fromLayerList(
    _ arguments: inout LayerArguments, _ shape: NetworkShape
  ) throws(FlowError) -> ResidualPerceptron {
    let blocks = try ResidualUnits(&arguments, shape.defaults)
    return ResidualPerceptron(
      inputs: shape.inputs, context: shape.context, width: blocks.width, blocks: blocks.count, outputs: shape.outputs,
      activation: blocks.units.activation,
      normalization: try arguments.choice(
        "norm", default: .none, from: NetworkNormalization.allCases.map { ($0.rawValue, $0) }),
      dropout: blocks.units.dropout)
  }

  public func listArguments(_ defaults: NetworkDefaults) -> [String] {
    let units = ResidualUnits(width: width, count: blocks, activation: activation, dropout: dropout)
    return units.listArguments(defaults) + (normalization == .none ? [] : ["norm=\(normalization.rawValue)"])
  }
}

/// The blocks of a residual network as layer lists write them: `hidden=128,blocks=2,activation=relu,dropout=0`.
struct ResidualUnits {
  let units: HiddenUnits
  let count: Int
  var width: Int { units.widths[0] }

  init(width: Int, count: Int, activation: Activation, dropout: Double) {
    units = HiddenUnits(widths: [width], activation: activation, dropout: dropout)
    self.count = count
  }

  init(_ arguments: inout LayerArguments, _ defaults: NetworkDefaults) throws(FlowError) {
    units = try HiddenUnits(&arguments, defaults, oneWidth: true)
    let counts = ResidualLayers.blockCounts
    count = Int(
      try arguments.number(
        "blocks", default: 2, "a whole number from \(counts.lowerBound) to \(counts.upperBound)"
      ) { number in counts.contains { Double($0) == number } })
  }

  func listArguments(_ defaults: NetworkDefaults) -> [String] {
    let (first, rest) = (units.listArguments(defaults)[0], units.listArguments(defaults).dropFirst())
    return [first] + (count == 2 ? [] : ["blocks=\(count)"]) + rest
  }
}

// MARK: - Coding

extension ResidualPerceptron {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let (outputs, blocks) = (try constants.checkedOutputs(), try constants.checkedBlocks())
    self.init(
      inputs: constants.inputs, context: constants.context, width: blocks.width, blocks: blocks.count,
      outputs: outputs, activation: try constants.checkedActivation(),
      normalization: try constants.checkedNormalization(), dropout: try constants.checkedDropout())
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: inputs, context: context, hidden: [width], outputs: outputs, activation: activation.rawValue,
      blocks: blocks, norm: normalization == .none ? nil : normalization.rawValue,
      dropout: dropout > 0 ? dropout : nil
    ).encode(to: encoder)
  }
}
