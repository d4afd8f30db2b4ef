/// A network of any kind as a property of a `Codable` layer: files hold a perceptron as its constants alone, as all networks
/// once were, others beside the name of their kind, which the reader's ``Registry`` knows.
public struct EncodedNetwork: Codable, Sendable {
  public let network: any Conditioner

  public init(_ network: any Conditioner) { self.network = network }

  public init(from decoder: any Decoder) throws {
    guard try decoder.holdsKind else {
      network = try Perceptron(from: decoder)
      return
    }
    network = try decoder.value("network", in: \.networks) { try $0.decode($1, forKey: $2) }
    try network.checkDescription()
  }

  public func encode(to encoder: any Encoder) throws { try encoder.encode(network: network) }
}

/// The same for an ordered network.
public struct EncodedOrderedNetwork: Codable, Sendable {
  public let network: any OrderedConditioner

  public init(_ network: any OrderedConditioner) { self.network = network }

  public init(from decoder: any Decoder) throws {
    guard try decoder.holdsKind else {
      network = try MaskedPerceptron(from: decoder)
      return
    }
    network = try decoder.value("network", in: \.orderedNetworks) { try $0.decode($1, forKey: $2) }
    try network.checkDescription()
  }

  public func encode(to encoder: any Encoder) throws { try encoder.encode(network: network) }
}

extension Decoder {
  /// Whether the name of a kind stands here.
  fileprivate var holdsKind: Bool {
    get throws { try container(keyedBy: TextKey.self).contains(.kind) }
  }
}

extension Encoder {
  fileprivate func encode(network: any Conditioner) throws {
    if network is Perceptron || network is MaskedPerceptron { return try network.encode(to: self) }
    try encode(network, "network", kind: type(of: network).networkName)
  }
}
