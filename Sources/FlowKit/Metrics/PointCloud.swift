/// Points with weights: a distribution that criteria compare with another, such as samples with events.
public struct PointCloud: Sendable, Equatable {
  /// N × D numbers, row-major: the coordinates of one point after the other.
  public let values: [Double]
  /// D.
  public let dimension: Int
  /// At least 0; they add up to 1.
  public let weights: [Double]

  /// - Parameters:
  ///   - weights: one number ≥ 0 for each point; all weigh the same without. What they add up to becomes 1.
  ///   - place: what messages call the points.
  /// - Throws: an error that says what was met and in which point.
  public init(
    _ values: [Double], dimension: Int, weights: [Double]? = nil, place: String = "the points"
  ) throws(FlowError) {
    guard !values.isEmpty, dimension > 0, values.count.isMultiple(of: dimension) else {
      throw FlowError(.data, "\(place): \(values.count) numbers are no whole points of \(dimension) coordinates")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw FlowError(
        .data, "\(place): coordinate \(index % dimension) of point \(index / dimension) is \(values[index])")
    }
    let count = values.count / dimension
    if let weights {
      guard weights.count == count else {
        throw FlowError(.data, "\(place): \(weights.count) weights for \(count) points; give one for each")
      }
      if let point = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw FlowError(.data, "\(place): point \(point) has the weight \(weights[point]); weights are at least 0")
      }
      guard weights.contains(where: { $0 > 0 }) else { throw FlowError(.data, "\(place): all weights are 0") }
    }
    self.init(unchecked: values, dimension: dimension, weights: weights)
  }

  /// Points on a line.
  public init(_ values: [Double], weights: [Double]? = nil) throws(FlowError) {
    try self.init(values, dimension: 1, weights: weights)
  }

  /// Points that may not be finite: then nothing that is made of them is.
  init(unchecked values: [Double], dimension: Int, weights: [Double]? = nil) {
    (self.values, self.dimension) = (values, dimension)
    let count = values.count / dimension
    if let weights {
      let total = weights.reduce(0, +)
      self.weights = weights.map { $0 / total }
    } else {
      self.weights = Array(repeating: 1 / Double(count), count: count)
    }
  }

  /// N.
  public var count: Int { weights.count }

  /// The weighted mean of each coordinate.
  public var mean: [Double] {
    var mean = [Double](repeating: 0, count: dimension)
    for point in 0..<count {
      for axis in 0..<dimension { mean[axis] += weights[point] * values[point * dimension + axis] }
    }
    return mean
  }

  /// The weighted covariance, D × D row-major, of the points as they are: no factor N/(N − 1).
  public var covariance: [Double] {
    let mean = mean
    var result = [Double](repeating: 0, count: dimension * dimension)
    for point in 0..<count {
      for row in 0..<dimension {
        let difference = weights[point] * (values[point * dimension + row] - mean[row])
        for column in 0...row {
          result[row * dimension + column] += difference * (values[point * dimension + column] - mean[column])
        }
      }
    }
    for row in 0..<dimension {
      for column in 0..<row { result[column * dimension + row] = result[row * dimension + column] }
    }
    return result
  }

  /// xᵢ · direction of each point.
  func projected(on direction: [Double]) -> [Double] {
    (0..<count).map { point in
      (0..<dimension).reduce(0) { $0 + values[point * dimension + $1] * direction[$1] }
    }
  }

  func checkDimension(of other: PointCloud) throws(FlowError) {
    guard dimension == other.dimension else {
      throw FlowError(.data, "points of \(dimension) coordinates cannot be compared with points of \(other.dimension)")
    }
  }

  /// A random direction on the sphere, a function of (seed, index): normal numbers divided by their length.
  static func direction(_ index: Int, seed: UInt64, dimension: Int) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .directions, index: UInt64(index))
    let normals = (0..<dimension).map { _ in random.normal() }
    let length = normals.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normals.map { $0 / length }
  }
}

/// In which numbers pairs of points are computed; sums over them are always in Double.
public enum PairwisePrecision: Sendable {
  /// Float: two to three times as fast, good to about six digits of a distance.
  case single
  case double
}
