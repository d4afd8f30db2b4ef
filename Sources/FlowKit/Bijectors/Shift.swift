/// z = x + b, trainable b; log|det| = 0. Layer list: `shift`.
public struct Shift: InvertiblyDifferentiable {
  public static let layerName = "shift"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var parameterShapes: [ParameterShape] { [ParameterShape("shift", [dimension])] }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: true, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits {
    var traits = LayerTraits.affine(.identity, shift: true)
    traits.lipschitz = (1, 1)
    return traits
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    var z = x
    z.addBias(pass.parameters)
    return (
      Transformed(z),
      { values, _, gradient in
        values.addRowSums(to: &gradient)
        return values
      }
    )
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    var x = z
    x.addBias(pass.parameters, scaledBy: -1)
    return (
      Transformed(x),
      { values, _, gradient in
        values.addRowSums(to: &gradient, scaledBy: -1)
        return values
      }
    )
  }
}
