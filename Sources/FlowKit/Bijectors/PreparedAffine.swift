/// An affine map z = Ax + b whose matrix is computed from θ once per step; every tile then costs one matrix product.
///
/// A conforming type says how A comes from θ and how Ax = y is solved; the rest is done here. θ ends with ℓ (D numbers,
/// log|det A| = Σᵢ ℓᵢ) and the shift b (D numbers). Tiles see A (D × D, row-major), ℓ, b, and `factorCount` scalars from
/// which a type solves.
public protocol PreparedAffine: InvertiblyDifferentiable {
  /// The number of scalars that `solve` needs beside A.
  var factorCount: Int { get }

  /// Computes A and the factors from θ; both are 0 before.
  func prepareMatrix(
    _ parameters: Parameters, matrix: UnsafeMutablePointer<Scalar>, factors: UnsafeMutablePointer<Scalar>)

  /// Adds what Ā, the gradient with respect to A, means for θ.
  func pullBackMatrix(
    _ matrixGradient: Parameters, _ parameters: Parameters, matrix: Parameters, factors: Parameters,
    to gradient: inout Gradient)

  /// x ← A⁻¹x or, transposed, A⁻ᵀx.
  func solve(matrix: WeightMatrix, factors: Parameters, transposed: Bool, in x: inout Tile)
}

extension PreparedAffine {
  public var weightCount: Int { dimension * dimension }

  // MARK: Preparation: A, ℓ, b, factors

  public var preparedCount: Int? { matrixRange.count + 2 * dimension + factorCount }

  private var matrixRange: Range<Int> { 0..<(dimension * dimension) }
  private var logRange: Range<Int> { matrixRange.upperBound..<(matrixRange.upperBound + dimension) }
  private var biasRange: Range<Int> { logRange.upperBound..<(logRange.upperBound + dimension) }
  private var factorRange: Range<Int> { biasRange.upperBound..<(biasRange.upperBound + factorCount) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    guard let base = prepared.baseAddress else { return }
    prepared.update(repeating: 0)
    prepareMatrix(parameters, matrix: base, factors: base + factorRange.lowerBound)
    let tail = parameters.count - 2 * dimension
    for i in 0..<(2 * dimension) { prepared[logRange.lowerBound + i] = parameters[tail + i] }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    pullBackMatrix(
      preparedGradient.slice(matrixRange), parameters, matrix: prepared.slice(matrixRange),
      factors: prepared.slice(factorRange), to: &gradient)
    let tail = parameters.count - 2 * dimension
    for i in 0..<(2 * dimension) { gradient[tail + i] += preparedGradient[logRange.lowerBound + i] }
  }

  private func matrix(_ prepared: Parameters) -> WeightMatrix {
    WeightMatrix(prepared.slice(matrixRange), rows: dimension, columns: dimension)
  }

  // MARK: The map

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let input = x
    let A = matrix(pass.parameters)
    var z = Tile(features: dimension, like: input)
    A.multiply(input, into: &z)
    z.addBias(pass.parameters.slice(biasRange))
    return (
      Transformed(z, LogDeterminant(constant: pass.parameters.slice(logRange).sum)),
      { values, logDeterminant, gradient in
        let total = Scalar(logDeterminant.rowSum(0))
        gradient.withSlice(matrixRange) { A.addOuterProduct(values, input, to: &$0) }
        gradient.withSlice(logRange) { $0.add(total) }
        gradient.withSlice(biasRange) { values.addRowSums(to: &$0) }
        var result = Tile(features: dimension, like: values)
        A.multiplyTransposed(values, into: &result)
        return result
      }
    )
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    solved(z, pass)
  }

  private func solved(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let A = matrix(pass.parameters)
    var x = z
    x.addBias(pass.parameters.slice(biasRange), scaledBy: -1)
    solve(matrix: A, factors: pass.parameters.slice(factorRange), transposed: false, in: &x)
    return (
      Transformed(x, LogDeterminant(constant: -pass.parameters.slice(logRange).sum)),
      { [x] values, logDeterminant, gradient in
        // With v = A⁻ᵀ x̄: z̄ = v, Ā = −v xᵀ, b̄ = −Σ v.
        let total = Scalar(-logDeterminant.rowSum(0))
        var v = values
        solve(matrix: A, factors: pass.parameters.slice(factorRange), transposed: true, in: &v)
        gradient.withSlice(matrixRange) { A.addOuterProduct(v, x, scaledBy: -1, to: &$0) }
        gradient.withSlice(logRange) { $0.add(total) }
        gradient.withSlice(biasRange) { v.addRowSums(to: &$0, scaledBy: -1) }
        return v
      }
    )
  }
}
