/// The kinds of layer that a layer list can name and a checkpoint can hold.
///
/// `standard` knows FlowKit's own. A program with bijectors of its own passes
/// `LayerRegistry.standard.adding(MyLayer.self)` where it parses a layer list or loads a checkpoint.
public struct LayerRegistry: Sendable {
  private var kinds: [any Bijector.Type]
  /// The kinds of network inside the layers.
  public private(set) var networks = NetworkRegistry.standard

  private init(kinds: [any Bijector.Type]) { self.kinds = kinds }

  /// One line adds a layer.
  public static let standard = LayerRegistry(kinds: [
    Diagonal.self,
    Shift.self,
    LowerTriangular.self,
    UpperTriangular.self,
    LU.self,
    PLU.self,
    QR.self,
    Householder.self,
    ActNorm.self,
    LeakyReLU.self,
    PReLU.self,
    Permutation.self,
    Coupling<ShiftMap>.self,
    Coupling<AffineMap>.self,
    Coupling<RationalQuadraticSpline>.self,
    Autoregressive<AffineMap>.self,
    Autoregressive<RationalQuadraticSpline>.self,
    Elementwise<AffineMap>.self,
    Elementwise<RationalQuadraticSpline>.self,
    Elementwise<CircularSpline>.self,
    Monotone.self,
    Residual.self,
    Planar.self,
    Radial.self,
    Sylvester.self,
    Inverted.self,
    Chain.self,
    Standardize.self,
    RobustScaling.self,
    Arcsinh.self,
    Whiten.self,
    Bounded.self,
    Circular.self,
    Dequantize.self,
  ])

  /// This registry and one more kind, which replaces one of the same name.
  public func adding(_ kind: any Bijector.Type) -> LayerRegistry {
    var result = self
    result.kinds = kinds.filter { $0.layerName != kind.layerName } + [kind]
    return result
  }

  /// This registry and one more kind of network, which replaces one of the same name and use.
  public func adding(_ kind: any Conditioner.Type) -> LayerRegistry {
    var result = self
    result.networks = networks.adding(kind)
    return result
  }

  /// The names, in order.
  public var names: [String] { kinds.map { $0.layerName } }

  /// The names of the kinds that a layer list can make.
  var listedNames: [String] { kinds.filter { $0.isListed }.map { $0.layerName } }

  func kind(named name: String) -> (any Bijector.Type)? {
    kinds.first { $0.layerName == name }
  }

  /// Where a decoder's `userInfo` holds the registry, for a program with bijectors of its own.
  public static var userInfoKey: CodingUserInfoKey { CodingUserInfoKey(rawValue: "FlowKit.LayerRegistry")! }
}

/// A layer beside the name of its kind: how checkpoints hold `any Bijector`.
struct EncodedLayer: Codable {
  let layer: any Bijector

  private enum CodingKeys: CodingKey { case kind, layer }

  init(layer: any Bijector) {
    self.layer = layer
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .kind)
    let registry = decoder.userInfo[LayerRegistry.userInfoKey] as? LayerRegistry ?? .standard
    guard let kind = registry.kind(named: name) else {
      throw FlowError(
        .format,
        "the model has a layer of kind '\(name)', which this program does not know (it knows \(registry.names.joined(separator: ", "))): use a newer version, or register the kind"
      )
    }
    layer = try container.decode(kind, forKey: .layer)
    try DescriptionCheck.requireSize(layer.dimension, "a layer of kind '\(name)'")
    try layer.checkDescription()
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: layer).layerName, forKey: .kind)
    try container.encode(layer, forKey: .layer)
  }
}
