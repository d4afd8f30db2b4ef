/// Weights stored for products with one event: rows fill the lanes of a vector in place of the events. Each matrix is
/// transposed when it is first used; it must not change afterwards.
final class TransposedWeights {
  /// A part of a matrix may begin where the whole does: position by position, masked networks use such.
  private struct Place: Hashable {
    let base: UnsafePointer<Scalar>
    let rows: Int
    let columns: Int
  }

  private var matrices: [Place: ParameterBuffer] = [:]
  private static let panelRows = 128

  /// Panels of 128 rows, the last one of fewer, rounded up to 16; in each, the columns one after the other.
  func transposed(_ matrix: WeightMatrix) -> UnsafePointer<Scalar> {
    let place = Place(base: matrix.base, rows: matrix.rows, columns: matrix.columns)
    if let known = matrices[place] { return UnsafePointer(known.base) }
    let buffer = ParameterBuffer(count: (matrix.rows + 15) / 16 * 16 * matrix.columns)
    for first in stride(from: 0, to: matrix.rows, by: Self.panelRows) {
      let rows = first..<min(matrix.rows, first + Self.panelRows)
      let width = (rows.count + 15) / 16 * 16
      for column in 0..<matrix.columns {
        for row in rows {
          buffer.base[first * matrix.columns + column * width + row - first] =
            matrix.base[row * matrix.stride + column]
        }
      }
    }
    matrices[place] = buffer
    return UnsafePointer(buffer.base)
  }
}
