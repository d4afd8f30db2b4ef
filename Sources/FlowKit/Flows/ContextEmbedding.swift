/// A network e(c) through which every layer of a flow sees the context, trained with them: useful where the context is
/// long, or where many layers would have to learn the same of it.
///
/// Its parameters start so that e differs between contexts from the start. Texts are the widths of the hidden layers and, last,
/// of e, which has no activation, then what else chooses a network, such as `64x64` or `128x16,network=residual,blocks=3`;
/// the activation is `silu` where they say nothing. `flowctl fit --context-embedding 64x64`.
public struct ContextEmbedding: Conditioned {
  static let partName = "context-embedding"
  public static let parameterPrefix = ""
  /// Gives e from c.
  public let network: any Conditioner

  /// - Parameter network: a function of C features without a context of its own.
  public init(_ network: any Conditioner) {
    precondition(
      network.inputs > 0 && network.outputs > 0 && network.context == 0,
      "an embedding has inputs and outputs, got \(network.inputs), \(network.outputs) and a context of \(network.context)"
    )
    self.network = network
  }

  /// A perceptron of these widths.
  public init(inputs: Int, widths: [Int], activation: Activation = .silu) {
    precondition(!widths.isEmpty, "an embedding has widths")
    self.init(
      Perceptron(inputs: inputs, hidden: widths.dropLast(), outputs: widths.last!, activation: activation))
  }

  /// C, the number of context features.
  public var inputs: Int { network.inputs }
  public var outputs: Int { network.outputs }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    // A network's outputs start at 0; e would then say nothing of c until the layers have learnt to listen.
    network.spreadParameters(using: &random)
  }

  func forward(_ c: Tile, _ pass: Pass) -> Tile { network.forward(c, pass) }

  /// e, and the map from its cotangent to that of c; it adds to that of the parameters.
  func forwardWithPullback(
    _ c: Tile, _ pass: Pass
  ) -> (value: Tile, pullback: (consuming Tile, inout Gradient) -> Tile) {
    network.forwardWithPullback(c, pass)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case inputs, widths, activation, dropout, network }

  /// A perceptron as all embeddings once were, other networks beside their kind.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let network = try container.decodeIfPresent(EncodedNetwork.self, forKey: .network)?.network {
      try DescriptionCheck.require(
        network.inputs > 0 && network.outputs > 0 && network.context == 0,
        "the network of the context's embedding does not fit it")
      self.init(network)
      return
    }
    let inputs = try container.decode(Int.self, forKey: .inputs)
    let widths = try container.decode([Int].self, forKey: .widths)
    for size in [inputs] + (widths.isEmpty ? [0] : widths) {
      try DescriptionCheck.requireSize(size, "a layer of the context's embedding")
    }
    let dropout = try container.decodeIfPresent(Double.self, forKey: .dropout) ?? 0
    try DescriptionCheck.require(0 <= dropout && dropout < 1, "the context's embedding drops units by \(dropout)")
    self.init(
      Perceptron(
        inputs: inputs, hidden: widths.dropLast(), outputs: widths.last!,
        activation: try container.decode(Activation.self, forKey: .activation), dropout: dropout))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    guard let perceptron = network as? Perceptron else {
      return try container.encode(EncodedNetwork(network), forKey: .network)
    }
    try container.encode(inputs, forKey: .inputs)
    try container.encode(perceptron.hidden + [outputs], forKey: .widths)
    try container.encode(perceptron.activation, forKey: .activation)
    if perceptron.dropout > 0 { try container.encode(perceptron.dropout, forKey: .dropout) }
  }
}

// MARK: - Texts

extension ContextEmbedding {
  /// The embedding of `inputs` context features that `text` describes, such as `64x64` or `128x16,network=residual`.
  public init(_ text: String, inputs: Int, registry: Registry = .standard) throws(FlowError) {
    guard inputs > 0 else {
      throw FlowError(.architecture, "there is no context to embed: name context columns, or leave the embedding out")
    }
    let name = "embedding"
    let items = try LayerList("\(name)(\(text))", offset: -name.count - 1, of: .embedding).namedItems()
    guard items.count == 1 else { throw FlowError(.architecture, "'\(text)' describes no embedding of the context") }
    let (outputs, given) = try Self.widths(items[0].arguments)
    var arguments = LayerArguments(
      layerName: "the embedding", dimension: inputs, contextDimension: 0, registry: registry,
      random: RandomStream(seed: 0, purpose: .architecture), given, of: .embedding)
    let network = try arguments.network(
      NetworkShape(inputs: inputs, outputs: outputs, defaults: .ofEmbeddings))
    try arguments.requireAllUsed()
    self.init(network)
  }

  /// Throws where `text` describes no embedding of any context.
  public static func check(_ text: String, registry: Registry = .standard) throws(FlowError) {
    _ = try ContextEmbedding(text, inputs: 1, registry: registry)
  }

  /// The widths of the hidden layers, where the network has any, then of e.
  public var widths: [Int] { text.prefix { $0 != "," }.split(separator: "x").map { Int($0)! } }

  /// As a text that describes it.
  public var text: String {
    let arguments = network.layerListArguments(.ofEmbeddings)
    let hidden = arguments.first { $0.hasPrefix("hidden=") && $0 != "hidden=none" }
    let widths = (hidden.map { $0.dropFirst("hidden=".count) + "x" } ?? "") + "\(outputs)"
    return ([widths] + arguments.filter { !$0.hasPrefix("hidden=") }).joined(separator: ",")
  }

  /// The width of e, and the arguments with the widths before it under their name.
  private static func widths(
    _ arguments: [LayerArguments.Argument]
  ) throws(FlowError) -> (outputs: Int, arguments: [LayerArguments.Argument]) {
    let example = "the embedding takes widths such as 64x64, the last that of what the layers see"
    guard let index = arguments.firstIndex(where: { $0.key == nil }) else {
      throw FlowError(.architecture, example)
    }
    let argument = arguments[index]
    let widths = argument.value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard widths.allSatisfy({ 1...65_536 ~= $0 }) else {
      throw LayerArguments.error(argument, example, of: .embedding)
    }
    let hidden = widths.dropLast().map(String.init).joined(separator: "x")
    var result = arguments
    result[index] = LayerArguments.Argument("hidden=\(hidden.isEmpty ? "none" : hidden)", offset: argument.offset)
    return (widths.last!, result)
  }
}
