// Element-wise operations on tiles: thin wrappers of the C kernels that check shapes once. Each takes its tiles as
// arguments, which keeps their memory alive during the call.

extension Tile {
  /// Sets every value.
  public mutating func fill(_ value: Scalar) {
    mutableBase().update(repeating: value, count: count)
  }

  /// self += a · x.
  public mutating func add(_ x: Tile, scaledBy a: Scalar = 1) {
    checkShape(x)
    kernelAXPY(a, x.base, mutableBase(), count)
  }

  /// Each row r becomes scale[r] · row, in place.
  mutating func scaleRows(by scale: Parameters) {
    precondition(scale.count == features, "\(features) rows, \(scale.count) scales")
    let base = mutableBase()
    kernelScaleRows(base, scale.base, base, features, width)
  }

  /// Row indices[k] += row k of `source`.
  mutating func addRows(_ source: Tile, to indices: [Int]) {
    precondition(source.features == indices.count, "\(source.features) rows for \(indices.count) places")
    let target = mutableBase()
    for (row, index) in indices.enumerated() {
      kernelAXPY(1, source.base + row * width, target + index * width, width)
    }
  }

  /// gradient[r] += Σ over the events of self[r] · x[r].
  func addRowDots(with x: Tile, to gradient: inout Gradient) {
    checkShape(x)
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    kernelRowDots(base, x.base, gradient.base, features, width)
  }

  /// gradient[r] += a Σ over the events of self[r].
  func addRowSums(to gradient: inout Gradient, scaledBy a: Scalar = 1) {
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    kernelRowSums(base, a, gradient.base, features, width)
  }

  /// Each row r += a · bias[r].
  mutating func addBias(_ bias: Parameters, scaledBy a: Scalar = 1) {
    precondition(bias.count == features, "\(features) rows, \(bias.count) biases")
    kernelBias(mutableBase(), a, bias.base, features, width)
  }

  /// The sum of one row over the events, padding included, in Double.
  func rowSum(_ row: Int) -> Double {
    withRow(row) { $0.reduce(0.0) { $0 + Double($1) } }
  }

  func checkShape(_ other: Tile) {
    precondition(
      features == other.features && width == other.width,
      "a tile of \(features) × \(width) and one of \(other.features) × \(other.width)")
  }

  /// Whether every value is finite.
  var isFinite: Bool {
    UnsafeBufferPointer(start: base, count: count).allSatisfy(\.isFinite)
  }
}

// MARK: - Maps

extension Tile {
  /// x ↦ x exp(s) + t in place, where φ holds t and the unbounded log-scale of each row.
  mutating func applyAffine(_ φ: Tile, addingTo logDeterminant: inout Tile) {
    checkAffine(φ, logDeterminant)
    let base = mutableBase()
    kernelAffineForward(
      base, φ.base, base, logDeterminant.mutableBase(), features, width, Scalar(AffineMap.logScaleBound))
  }

  /// y ↦ (y − t) exp(−s) in place.
  mutating func applyAffineInverse(_ φ: Tile, addingTo logDeterminant: inout Tile) {
    checkAffine(φ, logDeterminant)
    let base = mutableBase()
    kernelAffineInverse(
      base, φ.base, base, logDeterminant.mutableBase(), features, width, Scalar(AffineMap.logScaleBound))
  }

  /// Turns ∂L/∂output (self) into ∂L/∂input, and φ into ∂L/∂φ.
  mutating func pullBackAffine(input: Tile, logDeterminant: Tile, parameters φ: inout Tile) {
    checkAffine(φ, logDeterminant)
    checkShape(input)
    kernelAffineForwardPullback(
      mutableBase(), logDeterminant.base, input.base, φ.mutableBase(), features, width,
      Scalar(AffineMap.logScaleBound))
  }

  /// The same for the inverse, whose value was `output`.
  mutating func pullBackAffineInverse(output: Tile, logDeterminant: Tile, parameters φ: inout Tile) {
    checkAffine(φ, logDeterminant)
    checkShape(output)
    kernelAffineInversePullback(
      mutableBase(), logDeterminant.base, output.base, φ.mutableBase(), features, width,
      Scalar(AffineMap.logScaleBound))
  }

  private func checkAffine(_ φ: Tile, _ logDeterminant: Tile) {
    precondition(
      φ.features == 2 * features && φ.width == width && logDeterminant.features == 1 && logDeterminant.width == width,
      "\(features) rows, \(φ.features) rows of parameters, \(logDeterminant.features) of log-determinant")
  }

  /// x where x ≥ 0, slope · x below; the log-determinant gains `logSlope` for each negative value of its event.
  func leakyReLU(slope: Scalar, logSlope: Scalar, addingTo logDeterminant: inout Tile) -> Tile {
    var result = Tile(features: features, like: self)
    kernelLeakyReLU(
      base, result.mutableBase(), logDeterminant.mutableBase(), features, width, slope, logSlope)
    return result
  }

  /// Turns ∂L/∂output into ∂L/∂input.
  mutating func pullBackLeakyReLU(of input: Tile, slope: Scalar) {
    checkShape(input)
    kernelLeakyReLUPullback(mutableBase(), input.base, features, width, slope)
  }
}
