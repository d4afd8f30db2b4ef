/// Sums over rows from which means, deviations and correlations follow.
///
/// Each run of rows is centred on its own mean, and the runs' sums are merged (Chan, Golub & LeVeque 1979). Means are
/// counted from that of the first rows: a number near 10⁹ itself is known to 10⁻⁷ only, which a deviation of 1 would show.
struct ColumnSums: Sendable {
  private let width: Int
  /// The mean of the first rows; nil before.
  private var origin: [Double]?
  /// The means of all, from there.
  private var shifts: [Double]
  /// The number of rows, and Σ wᵢ.
  private(set) var rows = 0
  private(set) var totalWeight = 0.0
  /// Σ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ: D × D, row-major, the lower triangle.
  private var scatter: [Double]

  init(width: Int) {
    self.width = width
    shifts = Array(repeating: 0, count: width)
    scatter = Array(repeating: 0, count: width * width)
  }

  var means: [Double] { zip(origin ?? shifts, shifts).map(+) }

  var standardDeviations: [Double] {
    (0..<width).map { (scatter[$0 * width + $0] / totalWeight).squareRoot() }
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
  mutating func add(_ range: Range<Int>, of values: [Double], _ weights: [Double]?) {
    rows += range.count
    let weight = weights.map { $0[range].reduce(0, +) } ?? Double(range.count)
    guard weight > 0 else { return }
    func mean(from origin: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: width)
      for row in range {
        let w = weights?[row] ?? 1
        for column in 0..<width { sums[column] += w * (values[row * width + column] - origin[column]) }
      }
      return sums.map { $0 / weight }
    }
    let origin = origin ?? mean(from: shifts)
    self.origin = origin
    let shift = mean(from: origin)
    // That shift is rounded: what the rows say about the rest is taken into account.
    var centred = [Double](repeating: 0, count: range.count * width)
    var rest = [Double](repeating: 0, count: width)
    for (place, row) in range.enumerated() {
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
