/// The kinds of network that a layer list can choose and a model file can hold.
///
/// A network of one's own is added to the registry of layers, `Registry.standard.adding(MyNetwork.self)`. Ordered networks
/// (``OrderedConditioner``) serve autoregressive layers and the others all other layers, so that `residual` names one of each.
public struct NetworkRegistry: Sendable {
  private var kinds: [any Conditioner.Type] = []
  /// The network that a layer list means where it names none.
  static let defaultName = "mlp"

  init() {}

  init(kinds: [any Conditioner.Type]) { self.kinds = kinds }

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
