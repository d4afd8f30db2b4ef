import FlowKit
import Glibc

/// A column as an axis of pictures: what it shows, its marks, its name.
struct PlotAxis {
  let range: ClosedRange<Double>
  let ticks: AxisTicks
  let label: String

  /// - Parameters:
  ///   - samples: what is drawn along it.
  ///   - pixels: its length.
  ///   - size: of the font.
  init(_ name: String, unit: String?, showing samples: [SortedColumn], pixels: Double, size: Int = 11) {
    range = Self.range(of: samples)
    var ticks = AxisTicks(range, atMost: 2)
    for most in [5, 4, 3] {
      let finer = AxisTicks(range, atMost: most)
      let widest = finer.labels.map { Self.width($0, size) }.max() ?? 0
      if Double(finer.labels.count) * (widest + 10) <= pixels {
        ticks = finer
        break
      }
    }
    self.ticks = ticks
    var unitText = unit ?? ""
    if ticks.exponent != 0 {
      unitText = "10" + Self.superscript(ticks.exponent) + (unitText.isEmpty ? "" : " " + unitText)
    }
    let offset = ticks.offset == 0 ? "" : (ticks.offset < 0 ? " + " : " \u{2212} ") + Self.plain(ticks.offset.magnitude)
    let room = max(4, Int(pixels / (0.58 * Double(size)))) - (unitText.isEmpty ? 0 : unitText.count + 3) - offset.count
    label = Self.shortened(name, to: max(4, room)) + offset + (unitText.isEmpty ? "" : " [\(unitText)]")
  }

  /// About how wide a text is, in pixels.
  static func width(_ text: String, _ size: Int) -> Double { 0.62 * Double(size) * Double(text.count) * 1.05 }

  /// A name with its middle left out where it is longer than `count`.
  static func shortened(_ name: String, to count: Int) -> String {
    guard name.count > count else { return name }
    return name.prefix((count - 1) / 2) + "…" + name.suffix(count / 2)
  }

  /// What lies between the outermost thousandths, but not more than five times as far from the median as a sixth of the values, and a
  /// margin.
  static func range(of samples: [SortedColumn]) -> ClosedRange<Double> {
    var (low, high) = (Double.infinity, -Double.infinity)
    for sample in samples {
      let middle = sample.quantile(0.5)
      let (below, above) = (middle - sample.quantile(0.1587), sample.quantile(0.8413) - middle)
      low = min(low, max(sample.quantile(0.001), below > 0 ? middle - 5 * below : -.infinity))
      high = max(high, min(sample.quantile(0.999), above > 0 ? middle + 5 * above : .infinity))
    }
    let margin = high > low ? 0.06 * (high - low) : max(0.5, 0.1 * low.magnitude)
    return (low - margin)...(high + margin)
  }

  private static func superscript(_ number: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (number < 0 ? "⁻" : "") + String(String(number.magnitude).map { digits[$0.wholeNumberValue!] })
  }

  private static func plain(_ value: Double) -> String {
    value == value.rounded() && value < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension Double {
  /// Rounded to so many digits, for people.
  func significant(_ digits: Int) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      withVaList([Int32(digits), self]) { _ = vsnprintf(buffer.baseAddress, 64, "%.*g", $0) }
      return String(cString: buffer.baseAddress!)
    }
  }
}
