/// D/2 independent pairs of a double well and a normal: log p̃ = Σ (½x + 6x² − x⁴ − ½v²), 2^(D/2) modes (Noé et al. 2019;
/// Midgley et al. 2023). log Z = 10.29347970699 per pair; the right well holds 0.8443070962 of a pair's mass.
struct ManyWell: PointwiseTarget {
  let columns: [String]

  init(dimension: Int) { columns = (1...(dimension / 2)).flatMap { ["x\($0)", "v\($0)"] } }

  /// By quadrature.
  static let logNormalizerOfPair = 10.293479707073868

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    var sum = 0.0
    for index in stride(from: 0, to: point.count, by: 2) {
      let (x, v) = (point[index], point[index + 1])
      let square = x * x
      sum += x / 2 + (6 - square) * square - v * v / 2
      gradient[index] = 0.5 + (12 - 4 * square) * x
      gradient[index + 1] = -v
    }
    return sum
  }
}
