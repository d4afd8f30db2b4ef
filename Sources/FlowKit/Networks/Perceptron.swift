/// A multilayer perceptron: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), and a last layer without φ.
///
/// Weights start uniform in ±1/√(inputs), as biases do; the last layer starts at 0, so that a flow starts as its base. In
/// training hidden units can be dropped. Layer lists: `hidden=64x64,activation=relu,dropout=0`.
public struct Perceptron: LayeredNetwork {
  public static let networkName = "mlp"
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  public let outputs: Int
  public let activation: Activation
  /// The probability with which a hidden unit is dropped in training.
  public let dropout: Double
  let layers: PerceptronLayers

  public init(
    inputs: Int, context: Int = 0, hidden: [Int], outputs: Int, activation: Activation = .relu, dropout: Double = 0
  ) {
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    precondition(0 <= dropout && dropout < 1, "units are dropped with a probability below 1, got \(dropout)")
    (self.inputs, self.context, self.hidden, self.outputs) = (inputs, context, hidden, outputs)
    (self.activation, self.dropout) = (activation, dropout)
    layers = PerceptronLayers(
      layers: Self.layers([inputs] + hidden + [outputs], context: context), activation: activation, dropout: dropout)
  }

  static func layers(_ widths: [Int], context: Int) -> [NetworkLayer] {
    var layers: [NetworkLayer] = []
    for (columns, rows) in zip(widths, widths.dropFirst()) {
      layers.append(
        NetworkLayer(
          offset: layers.last?.bias.upperBound ?? 0, columns: columns, context: layers.isEmpty ? context : 0,
          rowStarts: [0, rows], prefixes: [columns], isLast: layers.count == widths.count - 2))
    }
    return layers
  }

  /// `weight0` (units × inputs, row-major), `bias0`, `weight1`, ….
  public var parameterShapes: [ParameterShape] { layers.parameterShapes }

  /// Cybenko (1989); Leshno, Lin, Pinkus & Schocken (1993).
  public var isUniversal: Bool { !hidden.isEmpty }
}

extension Perceptron: ListedConditioner {
  public static func fromLayerList(
    _ arguments: inout LayerArguments, _ shape: NetworkShape
  ) throws(FlowError) -> Perceptron {
    let units = try HiddenUnits(&arguments, shape.defaults)
    return Perceptron(
      inputs: shape.inputs, context: shape.context, hidden: units.widths, outputs: shape.outputs,
      activation: units.activation, dropout: units.dropout)
  }

  public func listArguments(_ defaults: NetworkDefaults) -> [String] {
    HiddenUnits(widths: hidden, activation: activation, dropout: dropout).listArguments(defaults)
  }
}

// MARK: - Coding

extension Perceptron {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let outputs = try constants.checkedOutputs()
    self.init(
      inputs: constants.inputs, context: constants.context, hidden: constants.hidden, outputs: outputs,
      activation: try constants.checkedActivation(), dropout: try constants.checkedDropout())
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: inputs, context: context, hidden: hidden, outputs: outputs, activation: activation.rawValue,
      dropout: dropout > 0 ? dropout : nil
    ).encode(to: encoder)
  }
}
