internal import CFlowKernels

/// Weights stored for products with one event: rows fill the lanes of a vector in place of the events. Each matrix is
/// transposed when it is first used; it must not change afterwards.
final class TransposedWeights {
  /// A part of a matrix may begin where the whole does: position by position, masked networks use such.
  private struct Place: Hashable {
    let base: UnsafePointer<Scalar>
    let rows: Int
    let columns: Int
  }

  private var places: [Place: Int] = [:]
  /// In the order of their first use, which is that of every later evaluation as well.
  private var matrices: [(place: Place, transposed: ParameterBuffer?)] = []
  private var next = 0

  /// Panels of as many rows as the kernel takes at once, the last one of fewer, rounded up to 16; in each, the columns one
  /// after the other. nil where a weight is not finite: the kernel leaves out what is multiplied with 0.
  func transposed(_ matrix: WeightMatrix) -> UnsafePointer<Scalar>? {
    let place = Place(base: matrix.base, rows: matrix.rows, columns: matrix.columns)
    let index = next < matrices.count && matrices[next].place == place ? next : index(of: place, matrix)
    next = index + 1 < matrices.count ? index + 1 : 0
    return matrices[index].transposed.map { UnsafePointer($0.base) }
  }

  private func index(of place: Place, _ matrix: WeightMatrix) -> Int {
    if let known = places[place] { return known }
    places[place] = matrices.count
    matrices.append((place, Self.transpose(matrix)))
    return matrices.count - 1
  }

  private static func transpose(_ matrix: WeightMatrix) -> ParameterBuffer? {
    let panelRows = Int(flowkit_single_panel_f32())
    let buffer = ParameterBuffer(count: (matrix.rows + 15) / 16 * 16 * matrix.columns)
    for first in stride(from: 0, to: matrix.rows, by: panelRows) {
      let rows = first..<min(matrix.rows, first + panelRows)
      let width = (rows.count + 15) / 16 * 16
      for column in 0..<matrix.columns {
        for row in rows {
          buffer.base[first * matrix.columns + column * width + row - first] =
            matrix.base[row * matrix.stride + column]
        }
      }
    }
    return UnsafeBufferPointer(start: buffer.base, count: buffer.count).allSatisfy(\.isFinite) ? buffer : nil
  }
}
