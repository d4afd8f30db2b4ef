import FlowKit

/// Each column alone and each pair of columns: a triangle of pictures.
///
/// Data are regions and points with errors, the model is lines: what differs is seen where a line leaves its region.
struct CornerPlot {
  /// The parts of the events within 1, 2 and 3 standard deviations of a normal density of two columns, 1 − exp(−k²/2): what the
  /// contours enclose.
  static let masses = [0.393, 0.865, 0.989]
  static let columnsAtMost = 12

  let events: PictureEvents
  /// Which columns are shown.
  let shown: [Int]
  let axes: [PlotAxis]
  let side: Double
  let size: Int
  let left: Double
  let top: Double
  var script: PlotScript

  static let gap = 7.0

  private init(_ events: PictureEvents) {
    self.events = events
    shown = events.chosen(atMost: Self.columnsAtMost)
    let count = shown.count
    side = [360.0, 250, 205, 175, 150, 132, 120, 110, 102, 98, 96, 94][count - 1]
    size = count <= 4 ? 12 : count <= 8 ? 11 : 10
    let (side, size) = (side, size)
    axes = shown.map { column in
      PlotAxis(
        events.columns[column], unit: events.units[column], showing: events.samples(column), pixels: side, size: size)
    }
    let widest = axes.flatMap(\.ticks.labels).map { PlotAxis.width($0, size) }.max() ?? 0
    left = count == 1 ? 24 : widest + 34
    // One column leaves no corner for the legend, two a small one.
    top = count == 1 ? 74 : count == 2 ? 40 : 14
    let extent = Double(count) * (side + Self.gap)
    script = PlotScript(
      width: Int((left + extent + 14).rounded(.up)), height: Int((top + extent + 50).rounded(.up)))
  }

  static func picture(_ events: PictureEvents) -> Picture {
    var plot = CornerPlot(events)
    plot.addLegend()
    for row in plot.shown.indices {
      for column in 0...row {
        plot.beginPanel(row, column)
        if row == column { plot.drawColumn(row) } else { plot.drawPair(row, column) }
      }
    }
    return plot.script.picture(plot.alternative)
  }

  // MARK: Frame

  private func x(_ column: Int) -> Double { left + Double(column) * (side + Self.gap) }
  private func y(_ row: Int) -> Double { top + Double(row) * (side + Self.gap) }

  /// Places a panel with its marks and, at the border of the triangle, their numbers and the columns' names.
  private mutating func beginPanel(_ row: Int, _ column: Int) {
    script.panel(x: x(column), y: y(row), width: side, height: side)
    let isLast = row == shown.count - 1
    script.line("set xrange [\(axes[column].range.lowerBound):\(axes[column].range.upperBound)]")
    script.tics("x", axes[column].ticks, labelled: isLast, size: size - 1)
    if row == column {
      script.line("unset ytics; set autoscale y; set yrange [0:*]; set offsets 0, 0, graph 0.08, 0")
    } else {
      script.line("set offsets 0, 0, 0, 0")
      script.line("set yrange [\(axes[row].range.lowerBound):\(axes[row].range.upperBound)]")
      script.tics("y", axes[row].ticks, labelled: column == 0, size: size - 1)
    }
    if isLast {
      script.label(axes[column].label, x: x(column) + side / 2, y: y(row) + side + 33, size: size)
    }
    if column == 0, row > 0 {
      script.label(axes[row].label, x: 14, y: y(row) + side / 2, size: size, isUpwards: true)
    }
  }

  /// After a panel, so that its labels are not drawn again.
  mutating func plot(_ parts: [String]) {
    script.line("plot \(parts.joined(separator: ", "))")
    script.line("unset label; unset arrow")
  }

  private mutating func addLegend() {
    let isSmall = shown.count <= 2
    let x = shown.count == 1 ? left : left + Double((shown.count + 1) / 2) * (side + Self.gap) + 12
    var y = isSmall ? 20.0 : top + 14
    let step = Double(size) + 9
    func symbol(_ colour: String, _ script: inout PlotScript) {
      script.stroke(from: (x, y), to: (x + 22, y), colour: colour, width: colour == Ink.data ? 7 : 2.2)
    }
    for (rows, colour) in [(events.data, Ink.data), (events.model, Ink.model)] {
      guard let rows else { continue }
      symbol(colour, &script)
      script.label(rows.name, x: x + 30, y: y, .left, size: size)
      y += step
    }
    var words: [String] = shown.count > 1 ? ["contours hold 39.3, 86.5 and 98.9 %"] : []
    if let text = events.leftOutText(shown) { words.append(text) }
    for word in words {
      script.label(word, x: x, y: y, .left, size: size - 1, colour: Ink.quiet)
      y += step - 3
    }
  }

  // MARK: Words

  private var alternative: String {
    let sources = [events.data?.name, events.model?.name].compactMap { $0 }.joined(separator: " and ")
    let figures = shown.map { column in
      let parts = zip(
        [events.data == nil ? nil : "data", events.model == nil ? nil : "model"].compactMap { $0 },
        events.samples(column))
      let texts = parts.map { name, sample in
        "\(name) median \(sample.quantile(0.5).significant(4)), 68 % in \(sample.quantile(0.1587).significant(4)) to \(sample.quantile(0.8413).significant(4))"
      }
      return "\(events.columns[column]): \(texts.joined(separator: "; "))"
    }
    return "Corner plot of \(sources). \(figures.joined(separator: ". "))."
  }
}
