/// The triplet loss: the mean of
///
///     max(d(a, p) − d(a, n) + m, 0)
///
/// over the active triplets, those where it is above 0, of an anchor a, a positive p of its class and a negative n of another (Schroff et
/// al. 2015; Hermans et al. 2017, arXiv:1703.07737). 0 where none is active.
public struct TripletLoss: Sendable, Equatable {
  public enum Distance: String, Sendable, CaseIterable {
    /// |a − b| of the points as they are.
    case euclidean
    /// 1 − a·b/(|a| |b|).
    case cosine
  }

  public enum Mining: String, Sendable, CaseIterable {
    /// All triplets of a batch.
    case all
    /// Those whose negative is farther than the positive, by less than the margin.
    case semihard
  }

  /// m > 0, in the unit of the distance.
  public var margin: Double
  public var distance: Distance
  public var mining: Mining

  public init(margin: Double = 0.2, distance: Distance = .cosine, mining: Mining = .all) {
    precondition(margin > 0, "the margin is a number above 0, got \(margin)")
    (self.margin, self.distance, self.mining) = (margin, distance, mining)
  }

  public struct Result: Sendable {
    public let value: Double
    /// ∂value/∂points, laid out as these.
    public let gradient: [Double]
    /// How many triplets are active, of how many.
    public let active, all: Int
  }

  /// The loss of all triplets that labels make, a ≠ p.
  ///
  /// - Parameters:
  ///   - points: N × L, row-major.
  ///   - labels: the class of each.
  public func callAsFunction(_ points: [Double], labels: [Int]) -> Result {
    let count = labels.count
    return result(points, count) { body in
      for a in 0..<count {
        for p in 0..<count where p != a && labels[p] == labels[a] {
          for n in 0..<count where labels[n] != labels[a] { body(a, p, n) }
        }
      }
    }
  }

  /// The loss of triplets that are given: the rows of anchor, positive and negative.
  public func callAsFunction(_ points: [Double], count: Int, triplets: [(Int, Int, Int)]) -> Result {
    precondition(count > 0 && points.count.isMultiple(of: count), "\(points.count) values of \(count) points")
    let norms = norms(points, count)
    func distance(_ a: Int, _ b: Int) -> Double { self.distance(points, norms, a, b) }
    let active = triplets.filter { a, p, n in isActive(distance(a, p), distance(a, n)) }
    let scale = 1 / Double(max(1, active.count))
    var (sum, gradient) = (0.0, [Double](repeating: 0, count: points.count))
    for (a, p, n) in active {
      sum += distance(a, p) - distance(a, n) + margin
      addGradient(points, norms, a, p, slope: scale, to: &gradient)
      addGradient(points, norms, a, n, slope: -scale, to: &gradient)
    }
    return Result(value: sum * scale, gradient: gradient, active: active.count, all: triplets.count)
  }

  private func isActive(_ near: Double, _ far: Double) -> Bool {
    near - far + margin > 0 && (mining == .all || near < far)
  }

  private func result(_ points: [Double], _ count: Int, _ forEach: ((Int, Int, Int) -> Void) -> Void) -> Result {
    precondition(count > 0 && points.count.isMultiple(of: count), "\(points.count) values of \(count) points")
    let distances = distances(points, count)
    // ∂(sum)/∂d.
    var (slopes, sum, active, all) = ([Double](repeating: 0, count: count * count), 0.0, 0, 0)
    forEach { a, p, n in
      all += 1
      let (near, far) = (distances[a * count + p], distances[a * count + n])
      guard isActive(near, far) else { return }
      active += 1
      sum += near - far + margin
      slopes[a * count + p] += 1
      slopes[a * count + n] -= 1
    }
    let scale = 1 / Double(max(1, active))
    return Result(
      value: sum * scale, gradient: gradient(points, count, slopes.map { $0 * scale }), active: active, all: all)
  }

  private func distances(_ points: [Double], _ count: Int) -> [Double] {
    let norms = norms(points, count)
    return (0..<(count * count)).map { index in
      let (a, b) = index.quotientAndRemainder(dividingBy: count)
      return distance(points, norms, a, b)
    }
  }

  private func distance(_ points: [Double], _ norms: [Double], _ a: Int, _ b: Int) -> Double {
    let width = points.count / norms.count
    switch distance {
    case .euclidean:
      return (0..<width).reduce(0.0) { sum, i in
        let difference = points[a * width + i] - points[b * width + i]
        return sum + difference * difference
      }.squareRoot()
    case .cosine:
      let product = (0..<width).reduce(0.0) { $0 + points[a * width + $1] * points[b * width + $1] }
      return 1 - product / (norms[a] * norms[b])
    }
  }

  /// |x|, of which 0 counts as the smallest number: the direction of the origin is none.
  private func norms(_ points: [Double], _ count: Int) -> [Double] {
    let width = points.count / count
    return (0..<count).map { point in
      max(
        .leastNormalMagnitude,
        (0..<width).reduce(0.0) { $0 + points[point * width + $1] * points[point * width + $1] }.squareRoot())
    }
  }

  /// Σ slope ∂d/∂points.
  private func gradient(_ points: [Double], _ count: Int, _ slopes: [Double]) -> [Double] {
    let norms = norms(points, count)
    var gradient = [Double](repeating: 0, count: points.count)
    for a in 0..<count {
      for b in 0..<count where slopes[a * count + b] != 0 {
        addGradient(points, norms, a, b, slope: slopes[a * count + b], to: &gradient)
      }
    }
    return gradient
  }

  /// Adds slope ∂d(a, b)/∂points. The distance of points that agree has no derivative, and counts as constant.
  private func addGradient(
    _ points: [Double], _ norms: [Double], _ a: Int, _ b: Int, slope: Double, to gradient: inout [Double]
  ) {
    let (width, d) = (points.count / norms.count, distance(points, norms, a, b))
    for i in 0..<width {
      let (x, y) = (points[a * width + i], points[b * width + i])
      switch distance {
      case .euclidean:
        guard d > 0 else { continue }
        gradient[a * width + i] += slope * (x - y) / d
        gradient[b * width + i] -= slope * (x - y) / d
      case .cosine:
        let (u, v) = (x / norms[a], y / norms[b])
        gradient[a * width + i] -= slope * (v - (1 - d) * u) / norms[a]
        gradient[b * width + i] -= slope * (u - (1 - d) * v) / norms[b]
      }
    }
  }
}
