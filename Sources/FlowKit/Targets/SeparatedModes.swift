/// 40 normal densities of equal weight, each coordinate of a mean uniform in −40 … 40, with the standard deviation
/// log(1 + e) = 1.3133 (Midgley et al. 2023). Z = 1.
struct SeparatedModes: PointwiseTarget {
  let columns: [String]
  /// 40 × D.
  let means: [Double]
  private static let deviation = 1.31326168751822283404899549497

  init(dimension: Int) {
    columns = (1...dimension).map { "x\($0)" }
    var random = RandomStream(seed: 40, purpose: .parameters)
    means = (0..<(40 * dimension)).map { _ in 80 * random.uniform() - 40 }
  }

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    let (dimension, precision) = (point.count, 1 / (Self.deviation * Self.deviation))
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 40) { logs in
      var largest = -Double.infinity
      for mode in 0..<40 {
        var squares = 0.0
        for index in 0..<dimension {
          let distance = point[index] - means[mode * dimension + index]
          squares += distance * distance
        }
        logs[mode] = -squares * precision / 2
        largest = max(largest, logs[mode])
      }
      var sum = 0.0
      for mode in 0..<40 {
        logs[mode] = Double.exp(logs[mode] - largest)
        sum += logs[mode]
      }
      for mode in 0..<40 {
        for index in 0..<dimension {
          gradient[index] += logs[mode] / sum * precision * (means[mode * dimension + index] - point[index])
        }
      }
      return largest + Double.log(sum / 40)
        - Double(dimension) * (Double.log(Self.deviation) + Double.halfLogTwoPi)
    }
  }
}
