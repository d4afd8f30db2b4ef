/// A multilayer perceptron: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), and a last layer without φ.
///
/// Weights start uniform in ±1/√(inputs), as biases do; the last layer starts at 0, so that a flow starts as its base.
public struct Perceptron: Sendable, LayeredNetwork {
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  public let outputs: Int
  public let activation: Activation
  let layers: [NetworkLayer]

  public init(inputs: Int, context: Int = 0, hidden: [Int], outputs: Int, activation: Activation = .relu) {
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    (self.inputs, self.context, self.hidden, self.outputs) = (inputs, context, hidden, outputs)
    self.activation = activation
    layers = Self.layers([inputs] + hidden + [outputs], context: context)
  }

  private static func layers(_ widths: [Int], context: Int) -> [NetworkLayer] {
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
  public func parameterShapes(prefix: String) -> [ParameterShape] {
    layers.parameterShapes(prefix: prefix)
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { $0.initialParameters(using: &random) }
  }

  /// The arguments of a layer list that make this network.
  var layerListArguments: String { activation.layerListArguments(hidden: hidden) }
}

extension Perceptron: Codable {
  private enum CodingKeys: CodingKey { case inputs, context, hidden, outputs, activation }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let inputs = try container.decode(Int.self, forKey: .inputs)
    let context = try container.decode(Int.self, forKey: .context)
    let hidden = try container.decode([Int].self, forKey: .hidden)
    let outputs = try container.decode(Int.self, forKey: .outputs)
    try DescriptionCheck.requireNetwork(inputs: inputs, context: context, hidden: hidden, outputs: outputs)
    self.init(
      inputs: inputs, context: context, hidden: hidden, outputs: outputs,
      activation: try container.decode(Activation.self, forKey: .activation))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(context, forKey: .context)
    try container.encode(hidden, forKey: .hidden)
    try container.encode(outputs, forKey: .outputs)
    try container.encode(activation, forKey: .activation)
  }
}
