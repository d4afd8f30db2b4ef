/// A scalar map that two kernels and their pullbacks make, each one way and back: what a conforming map adds is these.
protocol KernelScalarMap: ScalarMap {
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
    let value = applied(to: y, parameters, inverted: true)
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

extension Tile {
  /// A map's kernel on each row in place: it is given the rows, φ with `count` rows for each, the log-determinants that it
  /// adds to, and the numbers of rows and events.
  mutating func apply(
    _ φ: Tile, _ count: Int, addingTo logDeterminant: inout Tile,
    by kernel: (
      _ x: UnsafeMutablePointer<Scalar>, _ φ: UnsafePointer<Scalar>, _ l: UnsafeMutablePointer<Scalar>, Int, Int
    ) -> Void
  ) {
    checkParameters(φ, count: count, logDeterminant)
    guard isSingleEvent, features > 1 else {
      return kernel(mutableBase(), φ.base, logDeterminant.mutableBase(), features, width)
    }
    applyToFeatures(mutableBase(), φ.base, count, logDeterminant.mutableBase(), by: kernel)
  }

  /// The kernel with sixteen features of one event in the lanes, where else that event would stand sixteen times.
  private func applyToFeatures(
    _ x: UnsafeMutablePointer<Scalar>, _ φ: UnsafePointer<Scalar>, _ count: Int, _ l: UnsafeMutablePointer<Scalar>,
    by kernel: (
      _ x: UnsafeMutablePointer<Scalar>, _ φ: UnsafePointer<Scalar>, _ l: UnsafeMutablePointer<Scalar>, Int, Int
    ) -> Void
  ) {
    // Lanes without a feature compute the map of 0 with the parameters 0.
    var lanes = Tile(features: count + 2, like: self, filledWith: 0)
    let values = lanes.mutableBase()
    let (slopes, parameters) = (values + width, values + 2 * width)
    for first in stride(from: 0, to: features, by: width) {
      let own = min(width, features - first)
      for lane in 0..<own {
        (values[lane], slopes[lane]) = (x[(first + lane) * width], 0)
        let column = φ + (first + lane) * count * width
        for index in 0..<count { parameters[index * width + lane] = column[index * width] }
      }
      kernel(values, parameters, slopes, 1, width)
      for lane in 0..<own {
        (x + (first + lane) * width).update(repeating: values[lane], count: width)
        l[0] += slopes[lane]
      }
    }
    l.update(repeating: l[0], count: width)
    withExtendedLifetime(lanes) {}
  }

  /// The pullback of `apply`, which turns ∂L/∂output into ∂L/∂input and φ into ∂L/∂φ.
  mutating func pullBackMap(
    at x: Tile, _ logDeterminant: Tile, _ φ: inout Tile, _ count: Int,
    by kernel: (
      _ d: UnsafeMutablePointer<Scalar>, _ dl: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>,
      _ φ: UnsafeMutablePointer<Scalar>, Int, Int
    ) -> Void
  ) {
    checkParameters(φ, count: count, logDeterminant)
    checkShape(x)
    kernel(mutableBase(), logDeterminant.base, x.base, φ.mutableBase(), features, width)
  }
}
