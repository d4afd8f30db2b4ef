/// The kinds of network that a layer list can choose and a model file can hold.
///
/// A network of one's own is added to the registry of layers, `Registry.standard.adding(MyNetwork.self)`. Ordered networks
/// (``OrderedConditioner``) serve autoregressive layers and the others all other layers, so that `residual` names one of each.
public struct NetworkRegistry: Sendable {
  private var kinds: [any Conditioner.Type]

  /// One line adds a network.
  public static let standard = NetworkRegistry(kinds: [
    Perceptron.self,
    ResidualPerceptron.self,
    MaskedPerceptron.self,
    MaskedResidualPerceptron.self,
  ])

  /// This registry and one more kind, which replaces one of the same name and use.
  public func adding(_ kind: any Conditioner.Type) -> NetworkRegistry {
    NetworkRegistry(
      kinds: kinds.filter { $0.networkName != kind.networkName || Self.isOrdered($0) != Self.isOrdered(kind) } + [kind])
  }

  /// The names of the ordered networks or of the others, in order.
  public func names(ordered: Bool) -> [String] { kinds(ordered: ordered).map { $0.networkName } }

  func kind(named name: String, ordered: Bool) -> (any Conditioner.Type)? {
    kinds(ordered: ordered).first { $0.networkName == name }
  }

  /// Those that a layer list can make.
  func listedKinds(ordered: Bool) -> [any ListedConditioner.Type] {
    kinds(ordered: ordered).compactMap { $0 as? any ListedConditioner.Type }
  }

  private func kinds(ordered: Bool) -> [any Conditioner.Type] { kinds.filter { Self.isOrdered($0) == ordered } }

  private static func isOrdered(_ kind: any Conditioner.Type) -> Bool { kind is any OrderedConditioner.Type }
}

/// A network in a description: a perceptron as its constants alone, as all networks once were, others beside the name of
/// their kind.
struct EncodedNetwork: Codable, Sendable {
  let network: any Conditioner

  init(_ network: any Conditioner) { self.network = network }

  init(from decoder: any Decoder) throws {
    network = try decoder.network(ordered: false) ?? Perceptron(from: decoder)
  }

  func encode(to encoder: any Encoder) throws { try encoder.encode(network: network) }
}

/// The same for an ordered network.
struct EncodedOrderedNetwork: Codable, Sendable {
  let network: any OrderedConditioner

  init(_ network: any OrderedConditioner) { self.network = network }

  init(from decoder: any Decoder) throws {
    guard let network = try decoder.network(ordered: true) else {
      self.network = try MaskedPerceptron(from: decoder)
      return
    }
    guard let network = network as? any OrderedConditioner else {
      preconditionFailure("\(type(of: network)) is registered as an ordered network")
    }
    self.network = network
  }

  func encode(to encoder: any Encoder) throws { try encoder.encode(network: network) }
}

private enum NetworkCodingKeys: CodingKey { case kind, network }

extension Decoder {
  /// The network that stands here beside its kind; nil where there is no kind.
  fileprivate func network(ordered: Bool) throws -> (any Conditioner)? {
    let container = try container(keyedBy: NetworkCodingKeys.self)
    guard let name = try container.decodeIfPresent(String.self, forKey: .kind) else { return nil }
    let registry = (userInfo[Registry.userInfoKey] as? Registry ?? .standard).networks
    guard let kind = registry.kind(named: name, ordered: ordered) else {
      throw FlowError(
        .format,
        "the model has a network of kind '\(name)', which this program does not know (it knows "
          + "\(registry.names(ordered: ordered).joined(separator: ", "))): use a newer version, or register the kind")
    }
    let network = try container.decode(kind, forKey: .network)
    try network.checkDescription()
    return network
  }
}

extension Encoder {
  fileprivate func encode(network: any Conditioner) throws {
    if network is Perceptron || network is MaskedPerceptron { return try network.encode(to: self) }
    var container = container(keyedBy: NetworkCodingKeys.self)
    try container.encode(type(of: network).networkName, forKey: .kind)
    try container.encode(network, forKey: .network)
  }
}
