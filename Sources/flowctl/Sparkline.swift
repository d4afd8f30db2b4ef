/// Numbers as a row of bars, one character each, from the lowest to the highest.
enum Sparkline {
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The last `width` of the numbers; those that are not finite are left out.
  static func text(_ numbers: [Double], width: Int) -> String {
    let shown = numbers.filter(\.isFinite).suffix(width)
    guard let low = shown.min(), let high = shown.max() else { return "" }
    return String(shown.map { bars[high > low ? Int(((($0 - low) / (high - low)) * 7).rounded()) : 0] })
  }

  /// Counts as a histogram: no bar where there is nothing.
  static func histogram(_ counts: [Int]) -> String {
    guard let most = counts.max(), most > 0 else { return "" }
    return String(counts.map { $0 == 0 ? " " : bars[Int((Double($0) / Double(most) * 7).rounded())] })
  }
}
