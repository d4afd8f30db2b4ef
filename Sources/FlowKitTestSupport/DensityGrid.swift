import FlowKit
internal import Glibc

/// The probabilities of cells that cover the line or the plane, by the midpoint rule on a grid z = sinh t, which
/// reaches far into the tails.
struct DensityGrid {
  /// The integral over all cells.
  let total: Double
  /// The probability of each cell.
  let cells: [Double]
  private let limit: Double
  /// Cells per axis.
  private let perAxis: Int

  /// Nil for bases of more than two features.
  init?(_ probe: BaseProbe, _ laws: BaseLaws) {
    let dimension = probe.base.dimension
    guard dimension <= 2 else { return nil }
    let limit = asinh(dimension == 1 ? laws.range : laws.range.squareRoot())
    let perAxis = dimension == 1 ? 512 : 64
    let points = perAxis * (dimension == 1 ? 128 : 16)
    let step = 2 * limit / Double(points)
    let axis = (0..<points).map { (Double($0) + 0.5) * step - limit }
    var cells = [Double](repeating: 0, count: dimension == 1 ? perAxis : perAxis * perAxis)
    for first in dimension == 1 ? [0] : Array(0..<points) {
      let rows = axis.flatMap { dimension == 1 ? [Scalar(sinh($0))] : [Scalar(sinh(axis[first])), Scalar(sinh($0))] }
      let start = dimension == 1 ? 0 : first * perAxis / points * perAxis
      let factor = dimension == 1 ? step : step * step * cosh(axis[first])
      for (index, logDensity) in probe.logDensity(rows).enumerated() {
        cells[start + index * perAxis / points] += exp(logDensity) * factor * cosh(axis[index])
      }
    }
    (self.cells, self.limit, self.perAxis) = (cells, limit, perAxis)
    total = cells.reduce(0, +)
  }

  /// The cell of one event; the outermost ones reach to infinity.
  func cell(_ event: ArraySlice<Scalar>) -> Int {
    event.reduce(0) { index, z in
      let place = (asinh(Double(z)) + limit) / (2 * limit) * Double(perAxis)
      return index * perAxis + min(perAxis - 1, max(0, Int(place)))
    }
  }
}
