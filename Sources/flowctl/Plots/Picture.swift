import FlowKit

/// A picture as a script for gnuplot, and what it shows in words.
struct Picture {
  /// In pixels, of which an inch has 96.
  let width, height: Int
  /// What is drawn, in gnuplot's language.
  let script: String
  /// What it shows, with its figures: for whoever does not see it.
  let alternative: String

  enum Format: String {
    case svg, png, pdf

    init(ofName name: String) throws(FlowError) {
      let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
      guard let format = Format(rawValue: ending) else {
        throw FlowError(
          .file, "the name \(name) does not say what format the picture has; end it with .svg, .png or .pdf")
      }
      self = format
    }
  }

  /// The file of the picture.
  func drawn(as format: Format) throws(FlowError) -> [UInt8] {
    let terminal =
      switch format {
      case .svg:
        "svg size \(width),\(height) noenhanced background '#ffffff' font 'DejaVu Sans,Helvetica,sans-serif,11'"
      // Twice the pixels, for print.
      case .png:
        "pngcairo size \(2 * width),\(2 * height) noenhanced font 'DejaVu Sans,11' fontscale 1.5 linewidth 2 pointscale 2"
      case .pdf:
        "pdfcairo size \(Double(width) / 96)in,\(Double(height) / 96)in noenhanced font 'DejaVu Sans,11' fontscale 0.75 "
          + "linewidth 0.75 pointscale 0.6"
      }
    let bytes = try Gnuplot.run("set encoding utf8\nset terminal \(terminal)\n\(script)\n")
    guard format == .svg else { return bytes }
    // Names that gnuplot gives to plots would be shown where a pointer rests.
    let named = String(decoding: bytes, as: UTF8.self).replacing(/<title>[^<]*<\/title>/, with: "")
    let lines = named.split(separator: "\n", omittingEmptySubsequences: false)
    return Array(lines.filter { !$0.contains("<text></text>") }.joined(separator: "\n").utf8)
  }
}

/// A script that is being written, with its data.
struct PlotScript {
  let width, height: Int
  private(set) var text = ""
  private var blocks = 0

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    line("set multiplot")
    line("unset key; unset title; unset xlabel; unset ylabel; set tics scale 0.5")
    line("set border lw 0.7 lc rgb '\(Ink.frame)'; set tics textcolor rgb '\(Ink.text)'")
  }

  mutating func line(_ command: String) { text += command + "\n" }

  func picture(_ alternative: String) -> Picture {
    Picture(width: width, height: height, script: text + "unset multiplot\n", alternative: alternative)
  }

  /// Puts data into the script and returns their name there: lines of points, an empty line between lines.
  mutating func data(_ groups: [[[Double]]]) -> String {
    blocks += 1
    text += "$d\(blocks) << END\n"
    for (index, group) in groups.enumerated() {
      if index > 0 { text += "\n" }
      for point in group where point.allSatisfy(\.isFinite) {
        text += point.map { "\($0)" }.joined(separator: " ") + "\n"
      }
    }
    text += "END\n"
    return "$d\(blocks)"
  }

  /// Takes the next plot to a rectangle, in pixels from the upper left.
  mutating func panel(x: Double, y: Double, width panelWidth: Double, height panelHeight: Double) {
    func across(_ x: Double) -> Double { x / Double(width) }
    func up(_ y: Double) -> Double { 1 - y / Double(height) }
    line(
      "set lmargin at screen \(across(x)); set rmargin at screen \(across(x + panelWidth)); "
        + "set tmargin at screen \(up(y)); set bmargin at screen \(up(y + panelHeight))")
  }

  enum Side: String { case left, center, right }

  /// A text of the next plot, in pixels from the upper left.
  mutating func label(
    _ words: String, x: Double, y: Double, _ side: Side = .center, size: Int = 11, colour: String = Ink.text,
    isUpwards: Bool = false
  ) {
    let place = "screen \(x / Double(width)), screen \(1 - y / Double(height))"
    line(
      "set label \(Self.quoted(words)) at \(place) \(side.rawValue) font ',\(size)' textcolor rgb '\(colour)'"
        + (isUpwards ? " rotate by 90" : "") + " front")
  }

  /// A straight line of the next plot, in pixels from the upper left.
  mutating func stroke(from: (Double, Double), to: (Double, Double), colour: String, width lineWidth: Double) {
    func place(_ point: (Double, Double)) -> String {
      "screen \(point.0 / Double(width)), screen \(1 - point.1 / Double(height))"
    }
    line("set arrow from \(place(from)) to \(place(to)) nohead lw \(lineWidth) lc rgb '\(colour)' front")
  }

  /// The marks along an axis.
  mutating func tics(_ axis: String, _ ticks: AxisTicks, labelled: Bool, size: Int = 11) {
    let marks = zip(ticks.positions, ticks.labels).map { "\(Self.quoted(labelled ? $1 : "")) \($0)" }
    line(
      "set \(axis)tics (\(marks.joined(separator: ", "))) nomirror font ',\(size)' textcolor rgb '\(Ink.text)' offset \(axis == "x" ? "0,0.4" : "0.4,0")"
    )
  }

  /// A text that gnuplot takes as it is.
  static func quoted(_ text: String) -> String {
    let printable = text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 }
    return "'" + String(printable).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
