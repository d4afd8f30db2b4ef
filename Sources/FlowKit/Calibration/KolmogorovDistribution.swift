/// The distribution of Kolmogorov's statistic D = max |F_N(u) − u| of N independent uniform numbers, for finite N.
enum KolmogorovDistribution {
  /// max |F_N(u) − u|.
  static func statistic(_ levels: [Double]) -> Double {
    let n = Double(levels.count)
    return levels.sorted().enumerated().reduce(0) { largest, next in
      max(largest, (Double(next.offset) + 1) / n - next.element, next.element - Double(next.offset) / n)
    }
  }

  /// P(D ≥ d) of N numbers, to about 10⁻¹¹ absolute.
  ///
  /// For N d² < 3 from the powers of a matrix (Marsaglia, Tsang & Wang 2003). Beyond, it is twice the one-sided probability but for
  /// both sides at once, which happens with less than 2 exp(−8 N d²) < 10⁻¹⁰.
  static func upperTail(_ d: Double, count: Int) -> Double {
    let n = Double(count)
    // D is never smaller than half a step.
    guard d > 0.5 / n else { return 1 }
    guard d < 1 else { return 0 }
    return n * d * d < 3 ? max(0, 1 - cumulative(d, count)) : min(1, 2 * oneSided(d, count))
  }

  /// P(D⁺ ≥ d) = d Σⱼ C(N, j) (d + j/N)ʲ⁻¹ (1 − d − j/N)ᴺ⁻ʲ over j ≤ N(1 − d) (Birnbaum & Tingey 1951).
  private static func oneSided(_ d: Double, _ count: Int) -> Double {
    let n = Double(count)
    var sum = 0.0
    for j in 0...Int(n * (1 - d)) {
      let left = 1 - d - Double(j) / n
      guard left > 0 || j == count else { continue }
      let choose = Double.logGamma(n + 1) - Double.logGamma(Double(j) + 1) - Double.logGamma(n - Double(j) + 1)
      let power = j == count ? 0 : (n - Double(j)) * Double.log(left)
      sum += Double.exp(choose + Double(j - 1) * Double.log(d + Double(j) / n) + power)
    }
    return d * sum
  }

  /// P(D < d) = N!/Nᴺ (Hᴺ)ₖₖ with N d = k − h, 0 ≤ h < 1, and the matrix H of 2k − 1 rows that Marsaglia, Tsang & Wang give.
  private static func cumulative(_ d: Double, _ count: Int) -> Double {
    let n = Double(count)
    let k = Int(n * d) + 1
    let h = Double(k) - n * d
    let size = 2 * k - 1
    var power = ScaledMatrix(size: size, values: stepMatrix(size: size, h))
    var result = ScaledMatrix.identity(size)
    var exponent = count
    while exponent > 0 {
      if exponent & 1 == 1 { result = result.multiplied(by: power) }
      exponent >>= 1
      if exponent > 0 { power = power.multiplied(by: power) }
    }
    let element = result.values[(k - 1) * size + k - 1]
    guard element > 0 else { return 0 }
    return Double.exp(Double.log(element) + result.logScale + Double.logGamma(n + 1) - n * Double.log(n))
  }

  /// H: 1/(i − j + 1)! below and on the diagonal and beside it, where the first column and the last row subtract powers of h.
  private static func stepMatrix(size: Int, _ h: Double) -> [Double] {
    func powerOverFactorial(_ x: Double, _ n: Int) -> Double {
      x > 0 ? Double.exp(Double(n) * Double.log(x) - Double.logGamma(Double(n) + 1)) : 0
    }
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...min(row + 1, size - 1) {
        matrix[row * size + column] = powerOverFactorial(1, row - column + 1)
      }
    }
    for index in 0..<size {
      matrix[index * size] -= powerOverFactorial(h, index + 1)
      matrix[(size - 1) * size + index] -= powerOverFactorial(h, size - index)
    }
    matrix[(size - 1) * size] += powerOverFactorial(2 * h - 1, size)
    return matrix
  }

  /// A square matrix times exp(logScale), kept away from the ends of the numbers.
  private struct ScaledMatrix {
    let size: Int
    var values: [Double]
    var logScale = 0.0

    static func identity(_ size: Int) -> ScaledMatrix {
      var values = [Double](repeating: 0, count: size * size)
      for index in 0..<size { values[index * size + index] = 1 }
      return ScaledMatrix(size: size, values: values)
    }

    func multiplied(by other: ScaledMatrix) -> ScaledMatrix {
      var product = ScaledMatrix(
        size: size, values: Products.inDouble(values, other.values, rows: size, inner: size, columns: size),
        logScale: logScale + other.logScale)
      let largest = product.values.reduce(0) { max($0, abs($1)) }
      guard largest > 1e100 || largest < 1e-100, largest > 0 else { return product }
      for index in product.values.indices { product.values[index] /= largest }
      product.logScale += Double.log(largest)
      return product
    }
  }
}
