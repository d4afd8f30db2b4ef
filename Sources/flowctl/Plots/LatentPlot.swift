import FlowKit
import Glibc

/// The latents of data, each feature beside the standard normal density, and |z|² beside χ².
enum LatentPlot {
  static func picture(_ values: [Double], _ weights: [Double]?, _ found: LatentDiagnostics) -> Picture {
    let dimension = found.features.count
    let shown = found.features.indices.sorted { found.features[$0].distance > found.features[$1].distance }
      .prefix(PlotGrid.panelsAtMost - 1).sorted()
    var grid = PlotGrid(
      shown.count + 1,
      legend: [("latents of the data", Ink.data)] + (found.isNormal ? [("what the base says", Ink.model)] : []))
    for (index, feature) in shown.enumerated() {
      let column = stride(from: feature, to: values.count, by: dimension).map { values[$0] }
      draw(column, weights, "z\(feature)", index, &grid, isCompared: found.isNormal) {
        found.isNormal ? normal($0) : nil
      }
    }
    let radii = stride(from: 0, to: values.count, by: dimension).map { row in
      values[row..<(row + dimension)].reduce(0) { $0 + $1 * $1 }
    }
    draw(radii, weights, "|z|²", shown.count, &grid, isCompared: found.isNormal) { range in
      guard found.isNormal else { return nil }
      func below(_ x: Double) -> Double { LatentDiagnostics.radiusDistribution(x, dimension: dimension) }
      return points(range).map { x, step in [x, (below(x + step / 2) - below(x - step / 2)) / step] }
    }
    let texts = shown.map {
      "z\($0) has mean \(found.features[$0].mean.significant(2)), standard deviation \(found.features[$0].standardDeviation.significant(3))"
    }
    return grid.script.picture(
      "Histograms of the latents. \(texts.joined(separator: "; ")). The distance of |z|² is \(found.radiusDistance.significant(2))."
    )
  }

  private static func draw(
    _ column: [Double], _ weights: [Double]?, _ label: String, _ index: Int, _ grid: inout PlotGrid,
    isCompared: Bool, expected: (ClosedRange<Double>) -> [[Double]]?
  ) {
    let sorted = SortedColumn(column, weights: weights)
    let axis = PlotAxis(label, unit: nil, showing: [sorted], pixels: grid.width)
    grid.begin(index, label: axis.label, upwards: "density")
    grid.script.line(
      "set xrange [\(axis.range.lowerBound):\(axis.range.upperBound)]; set yrange [0:*]; set offsets 0, 0, graph 0.08, 0"
    )
    grid.script.tics("x", axis.ticks, labelled: true, size: 10)
    grid.script.line("unset ytics")
    let shown = PictureEvents(
      columns: [label], units: [nil], data: PictureEvents.Rows(values: column, weights: weights, name: label))
    var parts = grid.script.histogram(of: 0, shown, range: axis.range, binsAtMost: 40, isCompared: isCompared)
    if let curve = expected(axis.range) {
      parts.append("\(grid.script.data([curve])) using 1:2 with lines lw 1.6 lc rgb '\(Ink.model)'")
    }
    grid.plot(parts)
  }

  private static func normal(_ range: ClosedRange<Double>) -> [[Double]] {
    points(range).map { x, _ in [x, 0.3989422804014327 * exp(-x * x / 2)] }
  }

  private static func points(_ range: ClosedRange<Double>) -> [(Double, Double)] {
    let step = (range.upperBound - range.lowerBound) / 200
    return (0...200).map { (range.lowerBound + Double($0) * step, step) }
  }
}
