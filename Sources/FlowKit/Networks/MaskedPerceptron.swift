/// A perceptron whose outputs for position d depend on the inputs at positions before d, and on the context: every unit has
/// a degree (`UnitDegrees`) that says what it sees. Layer lists: as for `Perceptron`.
///
/// Masked weights are parameters that stay 0: `clearUnused` sets them to it, and their gradient is 0.
public struct MaskedPerceptron: OrderedConditioner, LayeredNetwork {
  public static let networkName = Perceptron.networkName
  public let inputs: Int
  public let inputPrefixes: [Int]
  public let context: Int
  public let hidden: [Int]
  /// P, the number of outputs per position.
  public let outputsPerInput: Int
  public let activation: Activation
  /// The probability with which a hidden unit is dropped in training.
  public let dropout: Double
  let layers: PerceptronLayers

  public init(
    inputs: Int, context: Int = 0, hidden: [Int], outputsPerInput: Int, inputPrefixes: [Int]? = nil,
    activation: Activation = .relu, dropout: Double = 0
  ) {
    self.inputPrefixes = inputPrefixes ?? Array(0..<inputs)
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    precondition(0 <= dropout && dropout < 1, "units are dropped with a probability below 1, got \(dropout)")
    (self.inputs, self.context, self.hidden) = (inputs, context, hidden)
    (self.outputsPerInput, self.activation, self.dropout) = (outputsPerInput, activation, dropout)
    let degrees = UnitDegrees(inputPrefixes: self.inputPrefixes, hasContext: context > 0)
    layers = PerceptronLayers(
      layers: Self.layers(degrees, inputs: inputs, context: context, hidden: hidden, outputsPerInput: outputsPerInput),
      activation: activation, dropout: dropout)
  }

  private static func layers(
    _ degrees: UnitDegrees, inputs: Int, context: Int, hidden: [Int], outputsPerInput: Int
  ) -> [NetworkLayer] {
    var layers: [NetworkLayer] = []
    var (columns, prefixes) = (inputs, degrees.inputPrefixes)
    func append(_ starts: [Int], isLast: Bool) {
      layers.append(
        NetworkLayer(
          offset: layers.last?.bias.upperBound ?? 0, columns: columns, context: layers.isEmpty ? context : 0,
          rowStarts: starts, prefixes: prefixes, isLast: isLast))
      // A unit is seen by its own degree and those above.
      (columns, prefixes) = (starts.last!, Array(starts.dropFirst()))
    }
    for width in hidden { append(degrees.starts(width), isLast: false) }
    append(degrees.outputStarts(outputsPerInput), isLast: true)
    return layers
  }

  public var outputs: Int { inputPrefixes.count * outputsPerInput }

  /// As those of a `Perceptron` of the same widths, the units in the order of their degrees.
  public var parameterShapes: [ParameterShape] { layers.parameterShapes }

  public var isUniversal: Bool { !hidden.isEmpty }
  public var visibleInputs: [Int] {
    UnitDegrees(inputPrefixes: inputPrefixes, hasContext: context > 0).visibleInputs(hidden: hidden)
  }

  public func orderedPass(_ pass: Pass, like tile: Tile) -> any OrderedPass {
    MaskedPass(layers, pass, like: tile)
  }
}

extension MaskedPerceptron: ListedConditioner {
  public static func fromLayerList(
    _ arguments: inout LayerArguments, _ shape: NetworkShape
  ) throws(FlowError) -> MaskedPerceptron {
    let units = try HiddenUnits(&arguments, shape.defaults)
    return MaskedPerceptron(
      inputs: shape.inputs, context: shape.context, hidden: units.widths,
      outputsPerInput: shape.outputsPerPosition, inputPrefixes: shape.inputPrefixes, activation: units.activation,
      dropout: units.dropout)
  }

  public func listArguments(_ defaults: NetworkDefaults) -> [String] {
    HiddenUnits(widths: hidden, activation: activation, dropout: dropout).listArguments(defaults)
  }
}

// MARK: - Coding

extension MaskedPerceptron {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let outputsPerInput = try constants.checkedOutputs(masked: true)
    self.init(
      inputs: constants.inputs, context: constants.context, hidden: constants.hidden,
      outputsPerInput: outputsPerInput, inputPrefixes: constants.inputPrefixes,
      activation: try constants.checkedActivation(),
      dropout: try constants.checkedDropout())
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: inputs, context: context, hidden: hidden, outputsPerInput: outputsPerInput,
      inputPrefixes: listedPrefixes, activation: activation.rawValue, dropout: dropout > 0 ? dropout : nil
    ).encode(to: encoder)
  }
}
