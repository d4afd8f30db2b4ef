/// Neal's funnel (Neal 2003, section 8): v ~ N(0, 3²), xᵢ | v ~ N(0, eᵛ) for i = 1 … D − 1. Z = 1.
struct Funnel: PointwiseTarget {
  let columns: [String]

  init(dimension: Int) { columns = ["v"] + (1..<dimension).map { "x\($0)" } }

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    let (v, precision) = (point[0], Double.exp(-point[0]))
    var squares = 0.0
    for index in 1..<point.count {
      squares += point[index] * point[index]
      gradient[index] = -point[index] * precision
    }
    let others = Double(point.count - 1)
    gradient[0] = -v / 9 - others / 2 + squares * precision / 2
    return -v * v / 18 - Double.log(3) - (others * v + squares * precision) / 2
      - Double(point.count) * Double.halfLogTwoPi
  }
}

extension Double {
  /// ½ log 2π.
  static let halfLogTwoPi = 0.918938533204672741780329736406
}
