import FlowKit

/// The checks of a calibration: for each a histogram of its levels, and how their distribution differs from a uniform one, both with
/// the band where 95 % of right models are as a whole.
enum RanksPlot {
  static let checksAtMost = 12

  static func picture(_ calibration: Calibration) -> Picture {
    let checks = shown(calibration)
    var grid = PlotGrid(
      2 * checks.count, across: 2, height: 116, legend: [("events", Ink.data), ("95 % band", Ink.band)])
    for (index, check) in checks.enumerated() {
      let name = name(of: check)
      drawHistogram(check, calibration.bins, name, 2 * index, &grid)
      drawDifference(check, calibration.band, name, 2 * index + 1, &grid)
    }
    let texts = checks.map { check in
      "\(name(of: check)): bias \(check.bias.value.significant(2)) sigma, width \(check.width.value.significant(3)), "
        + (check.isInBand ? "inside the band" : "outside the band")
    }
    return grid.script.picture(
      "Levels of \(calibration.events.grouped) events among \(calibration.draws.grouped) draws each. \(texts.joined(separator: ". "))."
    )
  }

  /// All, or those of the smallest p-values.
  static func shown(_ calibration: Calibration) -> [RankCheck] {
    let all = calibration.checks
    guard all.count > checksAtMost else { return all }
    return all.indices.sorted { (all[$0].shapeP, $0) < (all[$1].shapeP, $1) }.prefix(checksAtMost).sorted().map {
      all[$0]
    }
  }

  static func name(of check: RankCheck) -> String {
    switch check.statistic {
    case .column: check.name
    case .density: "log density"
    case .distanceToUniform: "distance to uniform points"
    case .distanceToEvent: "distance to other events"
    }
  }

  private static func drawHistogram(
    _ check: RankCheck, _ band: HistogramBand, _ name: String, _ index: Int, _ grid: inout PlotGrid
  ) {
    grid.begin(index, label: PlotAxis.shortened("level of \(name)", to: 34), upwards: "events")
    let top = 1.12 * Double(max(check.histogram.max() ?? 0, band.upper))
    grid.script.line("set xrange [0:1]; set yrange [0:\(top)]")
    grid.script.tics("x", AxisTicks(0...1, atMost: 6), labelled: true, size: 10)
    grid.script.tics("y", AxisTicks(0...top, atMost: 4), labelled: true, size: 9)
    let width = 1 / Double(check.histogram.count)
    var steps = [[0.0, 0]]
    for (bin, count) in check.histogram.enumerated() {
      steps += [[Double(bin) * width, Double(count)], [Double(bin + 1) * width, Double(count)]]
    }
    let (low, high) = (Double(band.lower), Double(band.upper))
    let box = grid.script.data([[[0, low], [1, low], [1, high], [0, high], [0, low]]])
    let line = grid.script.data([steps + [[1, 0]]])
    grid.plot([
      "\(box) using 1:2 with filledcurves closed fs solid noborder lc rgb '\(Ink.band)'",
      "\(band.expected) with lines lw 0.8 lc rgb '\(Ink.frame)'",
      "\(line) using 1:2 with lines lw 1.4 lc rgb '\(Ink.data)'",
    ])
  }

  private static func drawDifference(
    _ check: RankCheck, _ band: SimultaneousBand, _ name: String, _ index: Int, _ grid: inout PlotGrid
  ) {
    grid.begin(index, label: PlotAxis.shortened("level of \(name)", to: 34))
    let (points, low) = (band.points, zip(band.lower, band.points).map { $0 - $1 })
    let high = zip(band.upper, points).map { $0 - $1 }
    let top = 1.2 * (low + high + check.difference).reduce(1e-3) { max($0, $1.magnitude) }
    grid.script.line("set xrange [0:1]; set yrange [\(-top):\(top)]")
    grid.script.tics("x", AxisTicks(0...1, atMost: 6), labelled: true, size: 10)
    grid.script.tics("y", AxisTicks(-top...top, atMost: 4), labelled: true, size: 9)
    let region = [[0.0, 0, 0]] + points.indices.map { [points[$0], low[$0], high[$0]] } + [[1, 0, 0]]
    let line = [[0.0, 0]] + points.indices.map { [points[$0], check.difference[$0]] } + [[1, 0]]
    grid.plot([
      "\(grid.script.data([region])) using 1:2:3 with filledcurves fs solid noborder lc rgb '\(Ink.band)'",
      "0 with lines lw 0.8 lc rgb '\(Ink.frame)'",
      "\(grid.script.data([line])) using 1:2 with lines lw 1.6 lc rgb '\(Ink.data)'",
    ])
  }
}
