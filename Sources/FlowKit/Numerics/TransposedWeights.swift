/// Weights stored transposed, for products with one event: their rows then fill the lanes of a vector in place of the events.
/// Each matrix is transposed when it is first used; it must not change afterwards.
final class TransposedWeights {
  private var matrices: [UnsafePointer<Scalar>: ParameterBuffer] = [:]

  /// Entry (i, k) stands at k · (rows rounded up to 16) + i.
  func transposed(_ matrix: WeightMatrix) -> UnsafePointer<Scalar> {
    if let known = matrices[matrix.base] { return UnsafePointer(known.base) }
    let stride = (matrix.rows + 15) / 16 * 16
    let buffer = ParameterBuffer(count: stride * matrix.columns)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        buffer.base[column * stride + row] = matrix.base[row * matrix.stride + column]
      }
    }
    matrices[matrix.base] = buffer
    return UnsafePointer(buffer.base)
  }
}
