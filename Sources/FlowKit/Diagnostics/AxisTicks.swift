/// Round numbers along an axis, and how they are written: 1, 2 or 5 times a power of ten apart.
///
/// Large, small and nearly equal numbers are written as multiples of a power of ten and as differences from a number, which both
/// stand beside the axis' name: the numbers themselves stay short.
public struct AxisTicks: Sendable, Equatable {
  /// In the axis' units, rising.
  public let positions: [Double]
  /// One for each position.
  public let labels: [String]
  /// The power of ten that the labels leave out; 0 for none.
  public let exponent: Int
  /// What the labels leave out beside it, in the axis' units; 0 for none.
  public let offset: Double

  /// - Parameters:
  ///   - range: what the axis shows.
  ///   - most: how many there may be, at least 2.
  public init(_ range: ClosedRange<Double>, atMost most: Int) {
    let width = range.width
    precondition(width > 0 && width.isFinite && most > 1, "ticks for \(range)")
    var step = Self.step(atLeast: width / Double(most))
    // Ticks at the very ends would touch those of the next picture.
    let margin = 0.02 * width
    func multiples(_ step: Double) -> ClosedRange<Double>? {
      let (first, last) = (
        ((range.lowerBound + margin) / step).rounded(.up), ((range.upperBound - margin) / step).rounded(.down)
      )
      return first <= last ? first...last : nil
    }
    while let found = multiples(step), found.width + 1 > Double(most) { step = Self.step(atLeast: 1.5 * step) }
    let found = multiples(step) ?? 0...0
    let count = Int(found.width) + 1
    positions = (0..<count).map { (found.lowerBound + Double($0)) * step }
    let largest = max(positions[0].magnitude, positions.last!.magnitude)
    let digits = Int(Self.log10(max(largest, step)).rounded(.down)) - Int(Self.log10(step).rounded(.down))
    // More than five digits, most of them the same.
    offset = digits >= 5 ? positions[count / 2] : 0
    let shown = positions.map { [offset] in $0 - offset }
    let magnitude = max(shown.map(\.magnitude).max()!, step)
    let power = Int((Self.log10(magnitude) + 1e-9).rounded(.down))
    exponent = power >= 5 || power <= -4 ? power : 0
    let unit = Double.pow(10, Double(exponent))
    let decimals = max(0, -Int((Self.log10(step / unit) + 1e-9).rounded(.down)))
    labels = shown.map { Self.text($0 / unit, decimals: decimals) }
  }

  /// The smallest of 1, 2 and 5 times a power of ten that is at least x.
  private static func step(atLeast x: Double) -> Double {
    let power = Double.pow(10, log10(x).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= x * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  private static func log10(_ x: Double) -> Double { Double.log(x) / Double.log(10) }

  /// With a true minus sign.
  private static func text(_ value: Double, decimals: Int) -> String {
    let scaled = Int((value.magnitude * Double.pow(10, Double(decimals))).rounded())
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let text = decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
    return (value < 0 && scaled > 0 ? "\u{2212}" : "") + text
  }
}
