/// A residual perceptron whose outputs for position d depend on the inputs at positions before d, and on the context.
///
/// The blocks are those of `ResidualPerceptron` without normalisation, which would mix what the masks keep apart. All hidden
/// layers have the same degrees (`UnitDegrees`), so that a unit is added to one that sees as much. Masked weights stay 0, as
/// in `MaskedPerceptron`. Source: Nash & Durkan, "Autoregressive Energy Machines" (ICML 2019), as in nflows.
/// Layer lists: as for `ResidualPerceptron`, without `norm`.
public struct MaskedResidualPerceptron: OrderedConditioner, LayeredNetwork {
  public static let networkName = ResidualPerceptron.networkName
  public let inputs: Int
  public let inputPrefixes: [Int]
  public let context: Int
  /// P, the number of outputs per position.
  public let outputsPerInput: Int
  /// The number of units of every hidden layer.
  public let width: Int
  /// The number of blocks, two hidden layers each.
  public let blocks: Int
  public let activation: Activation
  /// The probability with which a unit before a block's second layer is dropped in training.
  public let dropout: Double
  let layers: ResidualLayers

  public init(
    inputs: Int, context: Int = 0, width: Int, blocks: Int = 2, outputsPerInput: Int, inputPrefixes: [Int]? = nil,
    activation: Activation = .relu, dropout: Double = 0
  ) {
    self.inputPrefixes = inputPrefixes ?? Array(0..<inputs)
    (self.inputs, self.context, self.outputsPerInput) = (inputs, context, outputsPerInput)
    (self.width, self.blocks, self.activation, self.dropout) = (width, blocks, activation, dropout)
    let degrees = UnitDegrees(inputPrefixes: self.inputPrefixes, hasContext: context > 0)
    layers = ResidualLayers(
      inputs: inputs, context: context, inputPrefixes: degrees.inputPrefixes, starts: degrees.starts(width),
      outputStarts: degrees.outputStarts(outputsPerInput), blocks: blocks, activation: activation, dropout: dropout)
  }

  public var outputs: Int { inputPrefixes.count * outputsPerInput }

  /// As those of a `ResidualPerceptron` of the same width, the units in the order of their degrees.
  public var parameterShapes: [ParameterShape] { layers.parameterShapes }
  public var isUniversal: Bool { true }
  /// One width, so that blocks lose nothing that the first layer sees.
  public var visibleInputs: [Int] {
    UnitDegrees(inputPrefixes: inputPrefixes, hasContext: context > 0).visibleInputs(hidden: [width])
  }

  public func orderedPass(_ pass: Pass, like tile: Tile) -> any OrderedPass {
    ResidualLayers.PositionPass(layers, pass, like: tile)
  }
}

extension MaskedResidualPerceptron: ListedConditioner {
  public static func fromLayerList(
    _ arguments: inout LayerArguments, _ shape: NetworkShape
  ) throws(FlowError) -> MaskedResidualPerceptron {
    if let norm = arguments.take("norm", positional: false), norm.value != NetworkNormalization.none.rawValue {
      throw arguments.error(
        norm, "\(arguments.layerName) takes no normalisation: it would mix features that come in order; leave norm out")
    }
    let blocks = try ResidualUnits(&arguments, shape.defaults)
    return MaskedResidualPerceptron(
      inputs: shape.inputs, context: shape.context, width: blocks.width, blocks: blocks.count,
      outputsPerInput: shape.outputsPerPosition, inputPrefixes: shape.inputPrefixes,
      activation: blocks.units.activation,
      dropout: blocks.units.dropout)
  }

  public func listArguments(_ defaults: NetworkDefaults) -> [String] {
    ResidualUnits(width: width, count: blocks, activation: activation, dropout: dropout).listArguments(defaults)
  }
}

// MARK: - Coding

extension MaskedResidualPerceptron {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let (outputsPerInput, blocks) = (try constants.checkedOutputs(masked: true), try constants.checkedBlocks())
    try DescriptionCheck.require(
      try constants.checkedNormalization() == .none, "a masked network normalises its units")
    self.init(
      inputs: constants.inputs, context: constants.context, width: blocks.width, blocks: blocks.count,
      outputsPerInput: outputsPerInput, inputPrefixes: constants.inputPrefixes,
      activation: try constants.checkedActivation(),
      dropout: try constants.checkedDropout())
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: inputs, context: context, hidden: [width], outputsPerInput: outputsPerInput,
      inputPrefixes: listedPrefixes, activation: activation.rawValue, blocks: blocks,
      dropout: dropout > 0 ? dropout : nil
    ).encode(to: encoder)
  }
}
