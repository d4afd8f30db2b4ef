/// The network of an encoder or a decoder: a conditioner whose outputs differ between events from the start.
///
/// Texts are the widths of the hidden layers, or `linear` for none, then what else chooses a network, such as `128x128` or
/// `128,network=residual,blocks=3`; the activation is `silu` where they say nothing.
public struct CodeNetwork: Conditioned {
  public static let parameterPrefix = ""
  public let network: any Conditioner

  /// - Parameter network: a function of its inputs and of a context, if there is one.
  public init(_ network: any Conditioner) {
    precondition(
      network.inputs > 0 && network.outputs > 0,
      "an encoder's network has inputs and outputs, got \(network.inputs) and \(network.outputs)")
    self.network = network
  }

  public var inputs: Int { network.inputs }
  public var outputs: Int { network.outputs }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    // A conditioner's outputs start at 0: all events would have one code.
    network.spreadParameters(using: &random)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case network }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let network = try container.decode(EncodedNetwork.self, forKey: .network).network
    try DescriptionCheck.require(
      network.inputs > 0 && network.outputs > 0, "a network of the encoder does not fit it")
    self.init(network)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(EncodedNetwork(network), forKey: .network)
  }
}

// MARK: - Texts

extension CodeNetwork {
  /// What a text calls a network without hidden layers.
  public static let linear = "linear"

  /// The network that `text` describes, such as `128x128` or `linear`.
  public init(
    _ text: String, inputs: Int, context: Int = 0, outputs: Int, registry: Registry = .standard
  ) throws(FlowError) {
    let name = "encoder"
    let items = try LayerList("\(name)(\(text))", offset: -name.count - 1, of: .encoder).namedItems()
    guard items.count == 1 else { throw FlowError(.architecture, "'\(text)' describes no network of an encoder") }
    var arguments = LayerArguments(
      layerName: "the encoder", dimension: inputs, contextDimension: context, registry: registry,
      random: RandomStream(seed: 0, purpose: .architecture), try Self.named(items[0].arguments), of: .encoder)
    let network = try arguments.network(
      NetworkShape(inputs: inputs, context: context, outputs: outputs, defaults: .ofEmbeddings))
    try arguments.requireAllUsed()
    self.init(network)
  }

  /// The arguments with the widths under their name.
  private static func named(_ arguments: [LayerArguments.Argument]) throws(FlowError) -> [LayerArguments.Argument] {
    guard let index = arguments.firstIndex(where: { $0.key == nil }) else {
      throw FlowError(
        .architecture, "a network of an encoder begins with its widths, such as 128x128, or with \(linear)")
    }
    var result = arguments
    let given = arguments[index]
    let widths = given.value == linear ? "none" : given.value
    result[index] = LayerArguments.Argument("hidden=\(widths)", offset: given.offset)
    return result
  }

  /// As a text that describes it.
  public var text: String {
    let arguments = network.layerListArguments(.ofEmbeddings)
    let hidden = arguments.first { $0.hasPrefix("hidden=") }?.dropFirst("hidden=".count)
    let widths = hidden.map { $0 == "none" ? Self.linear : String($0) } ?? Self.linear
    return ([widths] + arguments.filter { !$0.hasPrefix("hidden=") }).joined(separator: ",")
  }

  /// The text of the network that leads back: the same with its widths in the other order.
  static func mirrored(_ text: String) -> String {
    let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard let widths = parts.first else { return text }
    let back = widths.split(separator: "x").reversed().joined(separator: "x")
    return ([back] + parts.dropFirst().map(String.init)).joined(separator: ",")
  }
}
