extension NetworkRegistry {
  /// One line adds a network.
  public static let standard = NetworkRegistry(kinds: [
    Perceptron.self,
    ResidualPerceptron.self,
    MaskedPerceptron.self,
    MaskedResidualPerceptron.self,
  ])
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
