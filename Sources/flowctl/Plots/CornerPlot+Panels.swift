import FlowKit

extension CornerPlot {
  /// The distribution of one column: data as points with errors, the model as steps.
  mutating func drawColumn(_ index: Int) {
    plot(
      script.histogram(
        of: shown[index], events, range: axes[index].range, binsAtMost: Int(side / 5.5),
        isCompared: events.model != nil))
  }

  /// Two columns: regions of the data, lines of the model.
  mutating func drawPair(_ row: Int, _ column: Int) {
    var parts: [String] = []
    if let data = events.data {
      let density = density(data, row, column)
      parts += regions(density, Ink.dataFills, Ink.data)
      parts += stragglers(data, density, row, column, Ink.data)
    }
    if let model = events.model {
      let density = density(model, row, column)
      if events.data == nil {
        parts += regions(density, Ink.modelFills, Ink.model)
        parts += stragglers(model, density, row, column, Ink.model)
      } else {
        parts += lines(density)
      }
    }
    plot(parts.isEmpty ? ["NaN"] : parts)
  }

  private func density(_ rows: PictureEvents.Rows, _ row: Int, _ column: Int) -> SmoothedDensity {
    SmoothedDensity(
      x: events.values(shown[column], rows), y: events.values(shown[row], rows), weights: rows.weights,
      xRange: axes[column].range, yRange: axes[row].range, size: shown.count > 7 ? 48 : 64)
  }

  /// The outermost first. A hole is painted over with what lies outside of it.
  private mutating func regions(_ density: SmoothedDensity, _ fills: [String], _ border: String) -> [String] {
    var parts: [String] = []
    for (mass, fill) in zip(Self.masses.reversed(), fills) {
      let contours = density.contours(at: density.level(enclosing: mass))
      guard !contours.isEmpty else { continue }
      let outer = script.data(contours.filter { !$0.isHole }.map { $0.points.map { [$0.x, $0.y] } })
      parts.append("\(outer) using 1:2 with filledcurves closed fs solid noborder lc rgb '\(fill)'")
      let holes = contours.filter(\.isHole)
      if !holes.isEmpty {
        let below = fills.firstIndex(of: fill)!
        let name = script.data(holes.map { $0.points.map { [$0.x, $0.y] } })
        let colour = below == 0 ? Ink.paper : fills[below - 1]
        parts.append("\(name) using 1:2 with filledcurves closed fs solid noborder lc rgb '\(colour)'")
      }
      let all = script.data(contours.map { $0.points.map { [$0.x, $0.y] } })
      parts.append("\(all) using 1:2 with lines lw 0.6 lc rgb '\(border)'")
    }
    return parts
  }

  private mutating func lines(_ density: SmoothedDensity) -> [String] {
    Self.masses.compactMap { mass in
      let contours = density.contours(at: density.level(enclosing: mass))
      guard !contours.isEmpty else { return nil }
      let name = script.data(contours.map { $0.points.map { [$0.x, $0.y] } })
      return "\(name) using 1:2 with lines lw 1.4 lc rgb '\(Ink.model)'"
    }
  }

  /// Events outside the outermost contour, at most 100 of them.
  private mutating func stragglers(
    _ rows: PictureEvents.Rows, _ density: SmoothedDensity, _ row: Int, _ column: Int, _ colour: String
  ) -> [String] {
    let level = density.level(enclosing: Self.masses.last!)
    let (x, y) = (events.values(shown[column], rows), events.values(shown[row], rows))
    let outside = x.indices.filter { event in
      rows.weights?[event] ?? 1 > 0 && (density.value(atX: x[event], y[event]) ?? .infinity) < level
    }
    guard !outside.isEmpty else { return [] }
    let step = Double(outside.count) / Double(min(100, outside.count))
    let chosen = (0..<min(100, outside.count)).map { outside[Int(Double($0) * step)] }
    let name = script.data([chosen.map { [x[$0], y[$0]] }])
    return ["\(name) using 1:2 with points pt 7 ps 0.14 lc rgb '\(colour)'"]
  }
}

extension PlotScript {
  /// The parts of a plot of one column's histogram; the same bins for data and model.
  ///
  /// - Parameter isCompared: whether data stand beside something: then they are points.
  mutating func histogram(
    of column: Int, _ events: PictureEvents, range: ClosedRange<Double>, binsAtMost most: Int,
    isCompared: Bool
  ) -> [String] {
    let first = events.samples(column)[0]
    let bins = ColumnHistogram.bins(for: first, range: range, atMost: most)
    func histogram(_ rows: PictureEvents.Rows) -> ColumnHistogram {
      ColumnHistogram(events.values(column, rows), weights: rows.weights, range: range, bins: bins)
    }
    var parts: [String] = []
    if let data = events.data.map(histogram) {
      parts += filledSteps(data, Ink.dataFills[0], isCompared ? nil : Ink.data)
      let middles = zip(data.edges, data.edges.dropFirst()).map { ($0 + $1) / 2 }
      let shown = middles.indices.filter { data.densities[$0] > 0 }
      // Lines, not gnuplot's error bars, which stand on a white ground.
      let bars = shown.map { bin in [-1.0, 1].map { [middles[bin], data.densities[bin] + $0 * data.errors[bin]] } }
      parts.append("\(self.data(bars)) using 1:2 with lines lw 0.9 lc rgb '\(Ink.data)'")
      if isCompared {
        let points = self.data([shown.map { [middles[$0], data.densities[$0]] }])
        parts.append("\(points) using 1:2 with points pt 7 ps 0.22 lc rgb '\(Ink.data)'")
      }
    }
    if let model = events.model.map(histogram) {
      if events.data == nil {
        parts += filledSteps(model, Ink.modelFills[0], Ink.model)
      } else {
        parts.append("\(steps(model)) using 1:2 with lines lw 1.4 lc rgb '\(Ink.model)'")
      }
    }
    return parts
  }

  private mutating func filledSteps(_ histogram: ColumnHistogram, _ fill: String, _ line: String?) -> [String] {
    let name = steps(histogram)
    return ["\(name) using 1:2 with filledcurves closed fs solid noborder lc rgb '\(fill)'"]
      + (line.map { ["\(name) using 1:2 with lines lw 1.2 lc rgb '\($0)'"] } ?? [])
  }

  private mutating func steps(_ histogram: ColumnHistogram) -> String {
    var points = [[histogram.edges[0], 0.0]]
    for (bin, density) in histogram.densities.enumerated() {
      points += [[histogram.edges[bin], density], [histogram.edges[bin + 1], density]]
    }
    return data([points + [[histogram.edges.last!, 0]]])
  }
}
