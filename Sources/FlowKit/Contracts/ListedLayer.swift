/// A bijector that a layer list can make. Every argument has a default, and `fromLayerList` makes an equal layer of what
/// `layerList` writes.
public protocol ListedLayer: Bijector {
  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector
}

extension Bijector {
  /// How a layer list writes a layer of this kind with these arguments, such as `qr(determinant=-1)`.
  public static func layerList(_ arguments: [String]) -> String {
    arguments.isEmpty ? layerName : "\(layerName)(\(arguments.joined(separator: ",")))"
  }
}

/// A scalar map that a layer list can make, with its own arguments.
public protocol ListedScalarMap: ScalarMap {
  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> Self
}
