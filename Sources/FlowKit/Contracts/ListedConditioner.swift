/// A conditioner that a layer list can make, `network=` and its name choosing it. Every argument has a default.
public protocol ListedConditioner: Conditioner {
  /// The network of these sizes that the layer's arguments describe; takes those that are its own.
  static func fromLayerList(_ arguments: inout LayerArguments, _ shape: NetworkShape) throws(FlowError) -> Self
}

extension LayerArguments {
  /// The network of these sizes that a layer list chooses: `network=mlp`, where it says nothing, `network=residual`, or one of
  /// the registry's, with its own arguments.
  public mutating func network(_ shape: NetworkShape) throws(FlowError) -> any Conditioner {
    try listedNetwork(shape, registry.networks)
  }

  /// The same for an autoregressive layer, whose network is ordered.
  public mutating func orderedNetwork(_ shape: NetworkShape) throws(FlowError) -> any OrderedConditioner {
    let network = try listedNetwork(shape, registry.orderedNetworks)
    guard let network = network as? any OrderedConditioner else {
      preconditionFailure("\(type(of: network)) is registered as an ordered network")
    }
    guard network.inputPrefixes == shape.inputPrefixes ?? network.inputPrefixes else {
      throw FlowError(
        .architecture,
        "the network \(type(of: network).networkName) of \(layerName) takes one number of each feature, but an angle is seen as two; use "
          + NetworkShape.defaultNetwork)
    }
    return network
  }

  private mutating func listedNetwork<Kind>(
    _ shape: NetworkShape, _ networks: Kinds<Kind>
  ) throws(FlowError) -> any Conditioner {
    let kinds = networks.names.compactMap { networks[$0] as? any ListedConditioner.Type }
    guard let standard = kinds.first(where: { $0.networkName == NetworkShape.defaultNetwork }) else {
      preconditionFailure("a registry without the network \(NetworkShape.defaultNetwork)")
    }
    let kind = try choice("network", default: standard, from: kinds.map { ($0.networkName, $0) })
    let network = try kind.fromLayerList(&self, shape)
    shape.check(network, of: layerName)
    return network
  }
}

/// The hidden units of a network as layer lists write them: `hidden=64x64,activation=relu,dropout=0`; `hidden=none` for none.
struct HiddenUnits {
  var widths: [Int]
  var activation: Activation
  var dropout: Double

  init(widths: [Int], activation: Activation, dropout: Double) {
    (self.widths, self.activation, self.dropout) = (widths, activation, dropout)
  }

  /// - Parameter oneWidth: whether all hidden layers are as wide; then one of equal widths is kept.
  init(
    _ arguments: inout LayerArguments, _ defaults: NetworkDefaults, oneWidth: Bool = false
  ) throws(FlowError) {
    let widths = try arguments.widths(
      "hidden", default: defaults.hidden, oneWidth ? "one width, such as 128" : "widths such as 128x128, or none"
    ) { widths in !oneWidth || !widths.isEmpty && widths.allSatisfy { $0 == widths[0] } }
    self.widths = oneWidth ? Array(widths.prefix(1)) : widths
    activation = try arguments.choice(
      "activation", default: defaults.activation, from: Activation.allCases.map { ($0.rawValue, $0) })
    dropout = try arguments.number("dropout", default: 0, "a probability from 0 to below 1") { 0 <= $0 && $0 < 1 }
  }

  func listArguments(_ defaults: NetworkDefaults) -> [String] {
    ["hidden=\(LayerArguments.text(ofWidths: widths))"]
      + (activation == defaults.activation ? [] : ["activation=\(activation.rawValue)"])
      + (dropout > 0 ? ["dropout=\(dropout)"] : [])
  }
}
