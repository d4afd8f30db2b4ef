import FlowKit

/// What tiles see of a residual layer's weights on its inputs, and their spectral norms by another way than the layer's.
struct PreparedWeights {
  /// Row-major, with the number of columns.
  private var matrices: [(columns: Int, entries: [Double])] = []

  init(_ layer: Residual, _ parameters: [Scalar]) {
    var prepared = [Scalar](repeating: 0, count: layer.preparedCount!)
    prepared.withUnsafeMutableBufferPointer { layer.prepare(Parameters(parameters), into: $0) }
    var offset = 0
    let widths = [layer.dimension] + layer.network.hidden
    for (index, shape) in layer.parameterShapes.enumerated() {
      if shape.dimensions.count == 2 {
        let (rows, stride, columns) = (shape.dimensions[0], shape.dimensions[1], widths[index / 2])
        let entries = (0..<rows).flatMap { row in
          (0..<columns).map { Double(prepared[offset + row * stride + $0]) }
        }
        matrices.append((columns, entries))
      }
      offset += shape.count
    }
  }

  var spectralNorms: [Double] { matrices.map { Self.largestSingularValue($0.entries, columns: $0.columns) } }

  /// One-sided Jacobi: rotates pairs of columns until all are orthogonal; their lengths are the singular values.
  private static func largestSingularValue(_ entries: [Double], columns: Int) -> Double {
    let rows = entries.count / columns
    var u = (0..<columns).map { column in (0..<rows).map { entries[$0 * columns + column] } }
    func dot(_ i: Int, _ j: Int) -> Double { zip(u[i], u[j]).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<40 {
      for i in 0..<columns {
        for j in 0..<i {
          let (α, β, γ) = (dot(i, i), dot(j, j), dot(i, j))
          guard abs(γ) > 1e-17 * (α * β).squareRoot() else { continue }
          let ζ = (β - α) / (2 * γ)
          let t = (ζ < 0 ? -1 : 1) / (abs(ζ) + (1 + ζ * ζ).squareRoot())
          let c = 1 / (1 + t * t).squareRoot()
          for row in 0..<rows {
            (u[i][row], u[j][row]) = (c * u[i][row] - c * t * u[j][row], c * t * u[i][row] + c * u[j][row])
          }
        }
      }
    }
    return (0..<columns).map { dot($0, $0).squareRoot() }.max()!
  }
}
