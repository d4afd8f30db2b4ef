internal import CFlowKernels

// What `LeakyReLU`, with one slope for all rows, and `PReLU`, with one for each, do with tiles.

extension Tile {
  /// x where x ≥ 0, slope · x below; the log-determinant gains the slope's logarithm for each negative value of its event.
  func leakyReLU(slopes: Parameters, logSlopes: Parameters, addingTo logDeterminant: inout Tile) -> Tile {
    precondition(logSlopes.count == slopes.count, "\(slopes.count) slopes, \(logSlopes.count) logarithms")
    var result = Tile(features: features, like: self)
    flowkit_leaky_relu(
      base, result.mutableBase(), logDeterminant.mutableBase(), features, width, slopes.base, logSlopes.base,
      step(slopes))
    return result
  }

  /// Turns ∂L/∂output into ∂L/∂input.
  mutating func pullBackLeakyReLU(of input: Tile, slopes: Parameters) {
    checkShape(input)
    flowkit_leaky_relu_pullback(mutableBase(), input.base, features, width, slopes.base, step(slopes))
  }

  /// Adds to ∂L/∂input, which this tile is, what the jumps of the log-determinant come to on average over events. With c = ∂L/∂log-det
  /// and s = log-slope, the log-determinant s [x < 0] of a feature has the derivative −s δ(x); in place of δ stands Epanechnikov's
  /// kernel K(x) = ¾ (1 − (x/h)²)/h for |x| < h, with h a tenth of the standard deviation of the feature over the tile's events,
  /// each weighted with |c|.
  mutating func addJumps(of input: Tile, logSlopes: Parameters, _ logDeterminant: Tile) {
    checkShape(input)
    flowkit_leaky_relu_jumps(
      mutableBase(), logDeterminant.base, input.base, features, width, logSlopes.base, step(logSlopes))
  }

  /// Adds ∂L/∂slope of each row, then ∂L/∂log-slope of each row as far as it shows in the log-determinant; this tile is
  /// ∂L/∂output.
  func addSlopeGradients(of input: Tile, _ logDeterminant: Tile, to gradient: inout Gradient) {
    checkShape(input)
    precondition(gradient.count == 2 * features, "\(features) rows, \(gradient.count) parameters")
    flowkit_leaky_relu_slope_pullback(
      base, logDeterminant.base, input.base, gradient.base, gradient.base + features, features, width)
  }

  /// How far apart the slopes of two rows stand.
  private func step(_ slopes: Parameters) -> Int {
    precondition(slopes.count == 1 || slopes.count == features, "\(features) rows, \(slopes.count) slopes")
    return slopes.count == 1 ? 0 : 1
  }
}
