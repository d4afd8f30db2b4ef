/// A scalar map that two kernels and their pullbacks make, each one way and back: what a conforming map adds is these.
public protocol KernelScalarMap: ScalarMap {
  /// The map, or its inverse, of each row of `x` in place; adds the logarithm of its slope.
  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile)

  /// Turns ∂L/∂output (`values`) into ∂L/∂input, and φ into ∂L/∂φ; `x` is the value on the map's x side: the input of the
  /// map, the output of its inverse.
  func pullBack(_ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile)
}

extension KernelScalarMap {
  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed { applied(to: x, φ, inverted: false) }
  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed { applied(to: y, φ, inverted: true) }

  public func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let (input, parameters) = (x, φ)
    return (forward(input, parameters), pullback(at: input, parameters, inverted: false))
  }

  public func inverseWithPullback(
    _ y: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let parameters = φ
    let value = inverse(y, parameters)
    return (value, pullback(at: value.values, parameters, inverted: true))
  }

  private func applied(to x: consuming Tile, _ φ: Tile, inverted: Bool) -> Transformed {
    var result = x
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    apply(to: &result, φ, inverted: inverted, addingTo: &logDeterminant)
    return Transformed(result, LogDeterminant(perEvent: logDeterminant))
  }

  private func pullback(at x: Tile, _ φ: Tile, inverted: Bool) -> ScalarPullback {
    { values, logDeterminant in
      var (input̄, φ̄) = (values, φ)
      pullBack(&input̄, at: x, inverted: inverted, logDeterminant: logDeterminant, parameters: &φ̄)
      return (input̄, φ̄)
    }
  }
}
