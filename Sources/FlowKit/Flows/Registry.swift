/// The kinds of layer, network and base distribution that texts can name and files can hold.
///
/// `standard` knows FlowKit's own. A program with parts of its own adds them and passes the result where it parses a layer
/// list or reads a model:
///
///     let registry = Registry.standard.adding(MyLayer.self).adding(map: MyMap.self).adding(base: MyBase.self)
public struct Registry: Sendable {
  private(set) var layers = Kinds<any Bijector.Type>()
  private(set) var bases = Kinds<any BaseDistribution.Type>()
  /// The kinds of network inside the layers.
  public private(set) var networks = NetworkRegistry.standard

  /// FlowKit's own: a line adds a layer, a scalar map with the layers that it makes, or a base.
  public static let standard = Registry()
    .adding(Diagonal.self)
    .adding(Shift.self)
    .adding(LowerTriangular.self)
    .adding(UpperTriangular.self)
    .adding(LU.self)
    .adding(PLU.self)
    .adding(QR.self)
    .adding(Householder.self)
    .adding(ActNorm.self)
    .adding(LeakyReLU.self)
    .adding(PReLU.self)
    .adding(Permutation.self)
    .adding(map: ShiftMap.self)
    .adding(map: AffineMap.self)
    .adding(map: RationalQuadraticSpline.self)
    .adding(map: CircularSpline.self)
    .adding(Monotone.self)
    .adding(Residual.self)
    .adding(Planar.self)
    .adding(Radial.self)
    .adding(Sylvester.self)
    .adding(Inverted.self)
    .adding(Chain.self)
    .adding(Standardize.self)
    .adding(RobustScaling.self)
    .adding(Arcsinh.self)
    .adding(Whiten.self)
    .adding(Bounded.self)
    .adding(Circular.self)
    .adding(Dequantize.self)
    .adding(base: StandardNormal.self)
    .adding(base: Gaussian.self)
    .adding(base: StudentT.self)
    .adding(base: GaussianMixture.self)
    .adding(base: Uniform.self)
    .adding(base: Laplace.self)
    .adding(base: Logistic.self)
    .adding(base: ProductBase.self)

  private init() {}

  /// This registry and one more kind of layer, which replaces one of the same name.
  public func adding(_ layer: any Bijector.Type) -> Registry {
    var result = self
    result.layers[layer.layerName] = layer
    return result
  }

  /// This registry and the coupling, autoregressive and element-wise layers of a scalar map.
  public func adding<Map: ScalarMap>(map: Map.Type) -> Registry {
    adding(Coupling<Map>.self).adding(Autoregressive<Map>.self).adding(Elementwise<Map>.self)
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
    result.networks = networks.adding(network)
    return result
  }

  /// This registry and the kinds of a layer and of those inside it.
  func adding(kindsOf layer: any Bijector) -> Registry {
    let inner = (layer as? Chain)?.layers ?? (layer as? Inverted).map { [$0.base] } ?? []
    return inner.reduce(adding(type(of: layer))) { $0.adding(kindsOf: $1) }
  }

  /// This registry and the kinds of a base and of its parts.
  func adding(kindsOf base: any BaseDistribution) -> Registry {
    let parts = (base as? ProductBase)?.parts ?? []
    return parts.reduce(adding(base: type(of: base))) { $0.adding(kindsOf: $1) }
  }

  /// The names of the kinds of layer, in order.
  public var layerNames: [String] { layers.names }

  /// The names of the layers that a layer list can make.
  public var listedNames: [String] { layerNames.filter { layers[$0]! is any ListedLayer.Type } }

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
