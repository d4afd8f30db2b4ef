/// y = x + t with φ = (t); log|dy/dx| = 0. Makes the additive coupling of Dinh, Krueger & Bengio, "NICE" (2014).
public struct ShiftMap: ScalarMap {
  public static let name = "additive"

  public init() {}

  public var parameterCount: Int { 1 }
  public var isAffine: Bool { true }
  public var family: ScalarFamily { .shift }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    var y = x
    y.add(φ)
    return Transformed(y)
  }

  public func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    (forward(x, φ), { values, _ in (values, values) })
  }

  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    var x = y
    x.add(φ, scaledBy: -1)
    return Transformed(x)
  }

  public func inverseWithPullback(
    _ y: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    (
      inverse(y, φ),
      { values, _ in
        var φ̄ = Tile(features: values.features, like: values, filledWith: 0)
        φ̄.add(values, scaledBy: -1)
        return (values, φ̄)
      }
    )
  }
}
