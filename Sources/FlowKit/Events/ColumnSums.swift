/// Sums over rows from which means, deviations and correlations follow.
///
/// Each run of rows is centred on its own mean, and the runs' sums are merged (Chan, Golub & LeVeque 1979). Means are
/// counted from that of the first rows: a number near 10⁹ itself is known to 10⁻⁷ only, which a deviation of 1 would show.
///
/// Values and weights beyond 10^±45 are counted in units of their own, powers of two, so that no square leaves the numbers:
/// data near 10³⁰⁰ and weights near 10⁻²⁰⁰ have moments like all others.
struct ColumnSums: Sendable {
  private let width: Int
  /// The unit of each column, and of the weights, in which everything below is counted.
  private var units: [Double]
  private var weightUnit = 1.0
  /// The largest magnitudes so far, of rows that count.
  private var largest: [Double]
  private var largestWeight = 0.0
  /// The mean of the first rows; nil before.
  private var origin: [Double]?
  /// The means of all, from there.
  private var shifts: [Double]
  /// The number of rows, and Σ wᵢ in the unit of the weights.
  private(set) var rows = 0
  private(set) var totalWeight = 0.0
  /// Σ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ: D × D, row-major, the lower triangle.
  private var scatter: [Double]

  init(width: Int) {
    self.width = width
    (units, largest) = (Array(repeating: 1, count: width), Array(repeating: 0, count: width))
    shifts = Array(repeating: 0, count: width)
    scatter = Array(repeating: 0, count: width * width)
  }

  var means: [Double] { (0..<width).map { ((origin ?? shifts)[$0] + shifts[$0]) * units[$0] } }

  var standardDeviations: [Double] {
    (0..<width).map { (scatter[$0 * width + $0] / totalWeight).squareRoot() * units[$0] }
  }

  /// The lower triangle; what stands on and above the diagonal has no meaning.
  var correlations: [Double] {
    var sums = scatter
    for j in 0..<width {
      for k in 0..<j {
        sums[j * width + k] /= (sums[j * width + j] * sums[k * width + k]).squareRoot()
      }
    }
    return sums
  }

  /// Adds a run of rows; weights that are nil are 1.
  mutating func add(_ range: Range<Int>, of allValues: [Double], _ allWeights: [Double]?) {
    rows += range.count
    let (values, weights, first) = inUnits(range, allValues, allWeights)
    let run = first..<(first + range.count)
    let weight = weights.map { $0[run].reduce(0, +) } ?? Double(run.count)
    guard weight > 0 else { return }
    func mean(from origin: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: width)
      for row in run {
        let w = weights?[row] ?? 1
        for column in 0..<width { sums[column] += w * (values[row * width + column] - origin[column]) }
      }
      return sums.map { $0 / weight }
    }
    let origin = origin ?? mean(from: shifts)
    self.origin = origin
    let shift = mean(from: origin)
    // That shift is rounded: what the rows say about the rest is taken into account.
    var centred = [Double](repeating: 0, count: run.count * width)
    var rest = [Double](repeating: 0, count: width)
    for (place, row) in run.enumerated() {
      let w = weights?[row] ?? 1
      let root = w.squareRoot()
      for column in 0..<width {
        let difference = (values[row * width + column] - origin[column]) - shift[column]
        rest[column] += w * difference
        centred[place * width + column] = root * difference
      }
    }
    Products.addScatter(of: centred, columns: width, to: &scatter)
    for column in 0..<width { rest[column] /= weight }
    merge(shift, rest, weight)
  }

  // MARK: Units

  /// A unit for numbers up to `largest`: 1, unless squares of such numbers come near the end of the numbers.
  private static func unit(for largest: Double) -> Double {
    guard largest > 0, abs(largest.exponent) > 150 else { return 1 }
    return Double(sign: .plus, exponent: largest.exponent, significand: 1)
  }

  /// A run in units that are large enough for it, to which all sums before are brought: the numbers themselves where all
  /// units are 1, else a copy that begins at row 0. Returns where the run begins.
  private mutating func inUnits(
    _ range: Range<Int>, _ values: [Double], _ weights: [Double]?
  ) -> ([Double], [Double]?, first: Int) {
    for row in range where weights?[row] ?? 1 > 0 {
      for column in 0..<width { largest[column] = max(largest[column], abs(values[row * width + column])) }
      largestWeight = max(largestWeight, weights?[row] ?? 1)
    }
    let (newUnits, newWeightUnit) = (largest.map(Self.unit), Self.unit(for: largestWeight))
    if newUnits != units || newWeightUnit != weightUnit { change(to: newUnits, newWeightUnit) }
    guard weightUnit != 1 || units.contains(where: { $0 != 1 }) else { return (values, weights, range.lowerBound) }
    let scaled = (range.lowerBound * width..<range.upperBound * width).map { values[$0] / units[$0 % width] }
    return (scaled, (weights?[range]).map { $0.map { $0 / weightUnit } } ?? range.map { _ in 1 / weightUnit }, 0)
  }

  private mutating func change(to newUnits: [Double], _ newWeightUnit: Double) {
    let factors = zip(units, newUnits).map { $0 / $1 }
    let weightFactor = weightUnit / newWeightUnit
    for j in 0..<width {
      origin?[j] *= factors[j]
      shifts[j] *= factors[j]
      // One after the other: the product of factors alone may be no number.
      for k in 0...j { scatter[j * width + k] = scatter[j * width + k] * factors[j] * factors[k] * weightFactor }
    }
    totalWeight *= weightFactor
    (units, weightUnit) = (newUnits, newWeightUnit)
  }

  /// Moves the sums to the mean of all rows.
  private mutating func merge(_ shift: [Double], _ rest: [Double], _ weight: Double) {
    let total = totalWeight + weight
    let difference = (0..<width).map { (shift[$0] - shifts[$0]) + rest[$0] }
    let between = totalWeight * weight / total
    for j in 0..<width {
      for k in 0...j {
        scatter[j * width + k] += difference[j] * difference[k] * between - rest[j] * rest[k] * weight
      }
      shifts[j] += difference[j] * (weight / total)
    }
    totalWeight = total
  }
}
