/// A perceptron whose outputs for position d depend on the inputs at positions before d, and on the context.
///
/// Every hidden unit has a degree m: it sees the first m inputs and the units of degree ≤ m below; the outputs of
/// position d see units of degree ≤ d. Units are sorted by degree and the degrees spread evenly. With a context, some
/// units have degree 0: without them the first position could not depend on the context.
/// Source: Germain, Gregor, Murray & Larochelle, "MADE" (ICML 2015), section 3.
///
/// Masked weights are parameters that stay 0: `clearMasked` sets them to it, and their gradient is 0.
public struct MaskedPerceptron: Sendable, LayeredNetwork {
  /// D, the number of positions.
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  /// P, the number of outputs per position.
  public let outputsPerInput: Int
  public let activation: Activation
  let layers: [NetworkLayer]

  public init(
    inputs: Int, context: Int = 0, hidden: [Int], outputsPerInput: Int, activation: Activation = .relu
  ) {
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    (self.inputs, self.context, self.hidden) = (inputs, context, hidden)
    (self.outputsPerInput, self.activation) = (outputsPerInput, activation)
    layers = Self.layers(inputs: inputs, context: context, hidden: hidden, outputsPerInput: outputsPerInput)
  }

  /// As those of a `Perceptron` of the same widths, the units in the order of their degrees.
  public func parameterShapes(prefix: String) -> [ParameterShape] { layers.parameterShapes(prefix: prefix) }

  var parameterCount: Int { layers.last!.bias.upperBound }

  var layerListArguments: String { activation.layerListArguments(hidden: hidden) }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { $0.initialParameters(using: &random) }
  }

  private static func layers(
    inputs: Int, context: Int, hidden: [Int], outputsPerInput: Int
  ) -> [NetworkLayer] {
    var layers: [NetworkLayer] = []
    // The inputs: position j is seen by degrees above j.
    var (columns, prefixes) = (inputs, Array(0..<inputs))
    func append(_ starts: [Int], isLast: Bool) {
      layers.append(
        NetworkLayer(
          offset: layers.last?.bias.upperBound ?? 0, columns: columns, context: layers.isEmpty ? context : 0,
          rowStarts: starts, prefixes: prefixes, isLast: isLast))
      // A unit is seen by its own degree and those above.
      (columns, prefixes) = (starts.last!, Array(starts.dropFirst()))
    }
    for width in hidden { append(unitStarts(width, inputs: inputs, context: context), isLast: false) }
    append((0...inputs).map { $0 * outputsPerInput }, isLast: true)
    return layers
  }

  /// The first unit of each degree 0 … D − 1, and the end. Without context a unit of degree 0 would be a constant.
  private static func unitStarts(_ width: Int, inputs: Int, context: Int) -> [Int] {
    let lowest = context > 0 || inputs == 1 ? 0 : 1
    let degrees = inputs - lowest
    return (0...inputs).map { degree in degree < lowest ? 0 : (degree - lowest) * width / degrees }
  }

  /// How many inputs the outputs of each position see: those before it, or fewer where too few units are there to
  /// carry them all.
  var visibleInputs: [Int] {
    // Of the units of each degree, how many inputs they see.
    var visible = Array(0..<inputs)
    for width in hidden {
      let starts = Self.unitStarts(width, inputs: inputs, context: context)
      var most = 0
      visible = (0..<inputs).map { degree in
        if starts[degree] < starts[degree + 1] { most = visible[degree] }
        return most
      }
    }
    return visible
  }

  /// Sets the masked weights to 0.
  func clearMasked(_ values: UnsafeMutableBufferPointer<Scalar>) {
    for layer in layers { layer.clearMasked(values.baseAddress! + layer.weight.lowerBound) }
  }
}

extension MaskedPerceptron: Codable {
  private enum CodingKeys: CodingKey { case inputs, context, hidden, outputsPerInput, activation }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let inputs = try container.decode(Int.self, forKey: .inputs)
    let context = try container.decode(Int.self, forKey: .context)
    let hidden = try container.decode([Int].self, forKey: .hidden)
    let outputsPerInput = try container.decode(Int.self, forKey: .outputsPerInput)
    try DescriptionCheck.requireSize(inputs, "a masked network")
    try DescriptionCheck.requireSize(outputsPerInput, "a list of outputs")
    try DescriptionCheck.requireNetwork(
      inputs: inputs, context: context, hidden: hidden, outputs: inputs * outputsPerInput)
    self.init(
      inputs: inputs, context: context, hidden: hidden, outputsPerInput: outputsPerInput,
      activation: try container.decode(Activation.self, forKey: .activation))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(context, forKey: .context)
    try container.encode(hidden, forKey: .hidden)
    try container.encode(outputsPerInput, forKey: .outputsPerInput)
    try container.encode(activation, forKey: .activation)
  }
}
