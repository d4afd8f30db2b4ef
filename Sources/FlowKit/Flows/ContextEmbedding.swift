/// A perceptron e(c) through which every layer of a flow sees the context, trained with them: useful where the context is
/// long, or where many layers would have to learn the same of it.
///
/// The widths are those of its hidden layers and, last, of e, which has no activation. Parameters: `weight0`
/// (units × inputs, row-major), `bias0`, `weight1`, …, all uniform in ±1/√(inputs) at the start. `flowctl fit
/// --context-embedding 64x64`.
public struct ContextEmbedding: Parameterized {
  static let partName = "context-embedding"
  /// C, the number of context features.
  public let inputs: Int
  /// The widths of the hidden layers, then of e.
  public let widths: [Int]
  private let network: Perceptron

  public init(inputs: Int, widths: [Int], activation: Activation = .silu) {
    precondition(inputs > 0 && !widths.isEmpty, "an embedding has inputs and widths, got \(inputs) and \(widths)")
    (self.inputs, self.widths) = (inputs, widths)
    network = Perceptron(
      inputs: inputs, hidden: Array(widths.dropLast()), outputs: widths.last!, activation: activation)
  }

  public var outputs: Int { network.outputs }
  public var activation: Activation { network.activation }
  public var parameterShapes: [ParameterShape] { network.parameterShapes(prefix: "") }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    // A perceptron's last layer starts at 0; e would then say nothing of c until the layers have learnt to listen.
    let last = network.layers.last!
    let bound = 1 / Double(last.columns).squareRoot()
    var values = network.initialParameters(using: &random)
    for index in last.weight.lowerBound..<last.bias.upperBound {
      values[index] = Scalar((2 * random.uniform() - 1) * bound)
    }
    return values
  }

  func forward(_ c: Tile, _ pass: Pass) -> Tile { network.forward(c, pass) }

  /// e, and the map from its cotangent to that of c; it adds to that of the parameters.
  func forwardWithPullback(
    _ c: Tile, _ pass: Pass
  ) -> (value: Tile, pullback: (consuming Tile, inout Gradient) -> Tile) {
    network.forwardWithPullback(c, pass)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case inputs, widths, activation }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let inputs = try container.decode(Int.self, forKey: .inputs)
    let widths = try container.decode([Int].self, forKey: .widths)
    for size in [inputs] + (widths.isEmpty ? [0] : widths) {
      try DescriptionCheck.requireSize(size, "a layer of the context's embedding")
    }
    self.init(
      inputs: inputs, widths: widths, activation: try container.decode(Activation.self, forKey: .activation))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(widths, forKey: .widths)
    try container.encode(activation, forKey: .activation)
  }
}
