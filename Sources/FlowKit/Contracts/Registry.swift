/// The kinds of layer, network and base distribution that texts can name and files can hold.
///
/// `standard` knows FlowKit's own. A program with parts of its own adds them and passes the result where it parses a layer
/// list or reads a model:
///
///     let registry = Registry.standard.adding(MyLayer.self).adding(map: MyMap.self).adding(base: MyBase.self)
///       .adding(MyNetwork.self)
public struct Registry: Sendable {
  private(set) var layers = Kinds<any Bijector.Type>()
  private(set) var bases = Kinds<any BaseDistribution.Type>()
  /// Of networks, those that serve autoregressive layers (``OrderedConditioner``) and those that serve all others: `residual`
  /// names one of each.
  private(set) var networks = Kinds<any Conditioner.Type>()
  private(set) var orderedNetworks = Kinds<any OrderedConditioner.Type>()

  init() {}

  /// This registry and one more kind of layer, which replaces one of the same name.
  public func adding(_ layer: any Bijector.Type) -> Registry {
    var result = self
    result.layers[layer.layerName] = layer
    return result
  }

  /// This registry and one more kind of base distribution, which replaces one of the same name.
  public func adding(base: any BaseDistribution.Type) -> Registry {
    var result = self
    result.bases[base.name] = base
    return result
  }

  /// This registry and one more kind of network, which replaces one of the same name and use.
  public func adding(_ network: any Conditioner.Type) -> Registry {
    var result = self
    if let ordered = network as? any OrderedConditioner.Type {
      result.orderedNetworks[network.networkName] = ordered
    } else {
      result.networks[network.networkName] = network
    }
    return result
  }

  /// The names of the kinds of layer, in order.
  public var layerNames: [String] { layers.names }

  /// The names of the layers that a layer list can make.
  public var listedNames: [String] { layerNames.filter { layers[$0]! is any ListedLayer.Type } }

  /// The names of the ordered networks or of the others, in order.
  public func networkNames(ordered: Bool) -> [String] { ordered ? orderedNetworks.names : networks.names }

  /// The names of the bases, in order.
  public var baseNames: [String] { bases.names }

  /// Where a decoder's `userInfo` holds the registry; `standard` where it holds none.
  public static var userInfoKey: CodingUserInfoKey { CodingUserInfoKey(rawValue: "FlowKit.Registry")! }
}

/// The kinds of one family by name, in the order in which they were added.
struct Kinds<Kind: Sendable>: Sendable {
  private(set) var names: [String] = []
  private var kinds: [String: Kind] = [:]

  subscript(name: String) -> Kind? {
    get { kinds[name] }
    set {
      if kinds[name] == nil { names.append(name) }
      kinds[name] = newValue
    }
  }
}
