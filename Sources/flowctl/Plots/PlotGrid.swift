import FlowKit

/// Pictures of the same size side by side, one for each column.
struct PlotGrid {
  static let panelsAtMost = 12
  let count: Int
  let across: Int
  let width = 230.0
  let height: Double
  private let left = 62.0
  private let top: Double
  var script: PlotScript

  /// - Parameters:
  ///   - across: how many stand side by side; nil for at most three.
  ///   - legend: lines with their colours, above all.
  init(_ count: Int, across: Int? = nil, height: Double = 150, legend: [(words: String, colour: String)]) {
    (self.count, self.height) = (count, height)
    self.across = across ?? (count == 4 ? 2 : min(3, count))
    let across = self.across
    top = legend.isEmpty ? 16 : 40
    let down = (count + across - 1) / across
    script = PlotScript(
      width: max(420, Int(Double(across) * (width + left) + 16)), height: Int(top + Double(down) * (height + 62)))
    var x = left
    for (words, colour) in legend {
      script.stroke(from: (x, 16), to: (x + 22, 16), colour: colour, width: colour == Ink.model ? 2.2 : 7)
      script.label(words, x: x + 30, y: 16, .left)
      x += 60 + PlotAxis.width(words, 11)
    }
  }

  /// Begins the next panel.
  mutating func begin(_ index: Int, label: String, upwards: String? = nil) {
    let x = left + Double(index % across) * (width + left)
    let y = top + Double(index / across) * (height + 62)
    script.panel(x: x, y: y, width: width, height: height)
    script.label(label, x: x + width / 2, y: y + height + 34)
    if let upwards, index % across == 0 {
      script.label(upwards, x: x - 50, y: y + height / 2, size: 10, colour: Ink.quiet, isUpwards: true)
    }
  }

  mutating func plot(_ parts: [String]) {
    script.line("plot \(parts.joined(separator: ", "))")
    script.line("unset label; unset arrow")
  }
}

/// The distribution of each column.
enum MarginalsPlot {
  /// - Parameter density: the density of the one column of a model, exactly.
  static func picture(_ events: PictureEvents, density: (([Double]) -> [Double])? = nil) -> Picture {
    let shown = events.chosen(atMost: PlotGrid.panelsAtMost)
    let legend = [(events.data, Ink.data), (events.model, Ink.model)].compactMap { rows, colour in
      rows.map { ($0.name, colour) }
    }
    var grid = PlotGrid(shown.count, legend: legend)
    for (index, column) in shown.enumerated() {
      let axis = PlotAxis(
        events.columns[column], unit: events.units[column], showing: events.samples(column), pixels: grid.width)
      grid.begin(index, label: axis.label, upwards: "density")
      grid.script.line(
        "set xrange [\(axis.range.lowerBound):\(axis.range.upperBound)]; set yrange [0:*]; set offsets 0, 0, graph 0.08, 0"
      )
      grid.script.tics("x", axis.ticks, labelled: true, size: 10)
      grid.script.line("set ytics autofreq nomirror font ',9' format '%.3g'")
      guard let density, events.dimension == 1 else {
        grid.plot(
          grid.script.histogram(of: column, events, range: axis.range, binsAtMost: 48, isCompared: events.model != nil))
        continue
      }
      var drawn = events
      if events.data != nil { drawn.model = nil }
      var parts = grid.script.histogram(of: column, drawn, range: axis.range, binsAtMost: 48, isCompared: true)
      let x = (0...400).map {
        axis.range.lowerBound + Double($0) / 400 * (axis.range.upperBound - axis.range.lowerBound)
      }
      let curve = zip(x, density(x)).map { [$0, $1] }
      parts.append("\(grid.script.data([curve])) using 1:2 with lines lw 1.6 lc rgb '\(Ink.model)'")
      grid.plot(parts)
    }
    return grid.script.picture("Histograms of \(shown.map { events.columns[$0] }.joined(separator: ", ")).")
  }
}

/// By how much the quantiles of data and draws differ, for each column.
enum QuantilesPlot {
  static func picture(_ comparisons: [(name: String, unit: String?, comparison: QuantileComparison)]) -> Picture {
    var grid = PlotGrid(
      comparisons.count,
      legend: [("data − model", Ink.data), ("where it should stay, 95 %", Ink.band)])
    for (index, (name, unit, comparison)) in comparisons.enumerated() {
      let spread = SortedColumn(comparison.data)
      let scale = max((spread.quantile(0.8413) - spread.quantile(0.1587)) / 2, .leastNormalMagnitude)
      let axis = PlotAxis(name, unit: unit, showing: [SortedColumn(comparison.model)], pixels: grid.width)
      grid.begin(index, label: axis.label, upwards: "difference / σ")
      draw(comparison, axis, scale, &grid)
    }
    let texts = comparisons.map { name, _, comparison in
      "\(name): distance \(comparison.distance.significant(2)), "
        + (comparison.isDifferent ? "above" : "within") + " its limit \(comparison.limit.significant(2))"
    }
    return grid.script.picture(
      "Differences of the quantiles of data and model, in standard deviations. \(texts.joined(separator: ". ")).")
  }

  private static func draw(
    _ comparison: QuantileComparison, _ axis: PlotAxis, _ scale: Double, _ grid: inout PlotGrid
  ) {
    let differences = comparison.parts.indices.map { (comparison.data[$0] - comparison.model[$0]) / scale }
    // From what is finite of the band in the middle, so that its ends do not decide.
    let middle = comparison.parts.indices.filter { (0.1...0.9).contains(comparison.parts[$0]) }
    let band = middle.flatMap { [comparison.lower[$0], comparison.upper[$0]].map { $0 } }
    let halfBand =
      zip(middle.flatMap { [$0, $0] }, band).map { ($1 - comparison.data[$0]).magnitude / scale }
      .filter(\.isFinite).max() ?? 0
    let top = 1.3 * max(halfBand, differences.map(\.magnitude).max() ?? 0, 1e-3)
    grid.script.line("set xrange [\(axis.range.lowerBound):\(axis.range.upperBound)]; set yrange [\(-top):\(top)]")
    grid.script.tics("x", axis.ticks, labelled: true, size: 10)
    grid.script.tics("y", AxisTicks(-top...top, atMost: 5), labelled: true, size: 9)
    // The model's quantile minus the band's: where the data's may lie.
    let region = comparison.parts.indices.map { index in
      let (low, high) = (comparison.lower[index], comparison.upper[index])
      let middle = comparison.data[index]
      return [
        comparison.model[index], low.isFinite ? max(-top, (low - middle) / scale) : -top,
        high.isFinite ? min(top, (high - middle) / scale) : top,
      ]
    }
    let points = comparison.parts.indices.map { [comparison.model[$0], differences[$0]] }
    grid.plot([
      "\(grid.script.data([region])) using 1:2:3 with filledcurves fs solid noborder lc rgb '\(Ink.band)'",
      "0 with lines lw 0.8 lc rgb '\(Ink.frame)'",
      "\(grid.script.data([points])) using 1:2 with linespoints pt 7 ps 0.12 lw 1.4 lc rgb '\(Ink.data)'",
    ])
  }
}
