/// A bent normal density (Haario et al. 1999): x₁ ~ N(0, 10²), x₂ | x₁ ~ N(−b (x₁² − 100), 1) with b = 0.03, the others
/// standard normal. Z = 1.
struct Banana: PointwiseTarget {
  let columns: [String]
  private static let bend = 0.03

  init(dimension: Int) { columns = (1...dimension).map { "x\($0)" } }

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    let first = point[0]
    let second = point[1] + Self.bend * (first * first - 100)
    var squares = first * first / 100 + second * second
    gradient[0] = -first / 100 - 2 * Self.bend * first * second
    gradient[1] = -second
    for index in 2..<max(2, point.count) {
      squares += point[index] * point[index]
      gradient[index] = -point[index]
    }
    return -squares / 2 - Double.log(10) - Double(point.count) * Double.halfLogTwoPi
  }
}
