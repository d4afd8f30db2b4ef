/// Bins that are stated: edges for each of D axes, whose product cuts a box into bins.
///
/// A bin holds its lower edges and not its upper ones, but for the last of an axis, which holds both. The last axis varies
/// fastest.
public struct Histogram: Sendable, Equatable {
  /// The edges of each axis, rising.
  public let edges: [[Double]]

  /// - Throws: where an axis has no bin, or its edges do not rise.
  public init(edges: [[Double]]) throws(FlowError) {
    for (axis, edges) in edges.enumerated() {
      guard edges.count > 1, edges.allSatisfy(\.isFinite), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw FlowError(.data, "axis \(axis) of a histogram needs two or more edges that rise, got \(edges)")
      }
    }
    guard !edges.isEmpty else { throw FlowError(.data, "a histogram needs an axis") }
    self.edges = edges
  }

  /// One axis with bins of equal width.
  public init(lower: Double, upper: Double, bins: Int) throws(FlowError) {
    guard bins > 0, lower < upper, (upper - lower).isFinite else {
      throw FlowError(.data, "a histogram of \(bins) bins from \(lower) to \(upper) has no bins")
    }
    let width = (upper - lower) / Double(bins)
    try self.init(edges: [(0..<bins).map { lower + Double($0) * width } + [upper]])
  }

  /// The number of bins.
  public var count: Int { edges.reduce(1) { $0 * ($1.count - 1) } }

  /// What a bin covers, such as `[0, 1) × [2, 3]`.
  public func name(ofBin bin: Int) -> String {
    precondition(0..<count ~= bin, "bin \(bin) of \(count)")
    var (rest, names) = (bin, [String]())
    for edges in edges.reversed() {
      let (bins, index) = (edges.count - 1, rest % (edges.count - 1))
      rest /= bins
      names.append("[\(edges[index]), \(edges[index + 1])\(index == bins - 1 ? "]" : ")")")
    }
    return names.reversed().joined(separator: " × ")
  }

  /// The weight of the points in each bin, and of those in none.
  ///
  /// - Throws: where the points have another dimension than there are axes.
  public func weights(of points: PointCloud) throws(FlowError) -> (bins: [Double], outside: Double) {
    guard points.dimension == edges.count else {
      throw FlowError(.data, "points of \(points.dimension) features in a histogram of \(edges.count) axes")
    }
    var (bins, outside) = ([Double](repeating: 0, count: count), 0.0)
    for point in 0..<points.count {
      let row = points.values[(point * points.dimension)..<((point + 1) * points.dimension)]
      if let bin = bin(of: row) { bins[bin] += points.weights[point] } else { outside += points.weights[point] }
    }
    return (bins, outside)
  }

  private func bin(of point: ArraySlice<Double>) -> Int? {
    var bin = 0
    for (edges, value) in zip(edges, point) {
      guard edges[0] <= value, value <= edges.last! else { return nil }
      var (low, high) = (0, edges.count - 2)
      while low < high {
        let middle = (low + high + 1) / 2
        if edges[middle] <= value { low = middle } else { high = middle - 1 }
      }
      bin = bin * (edges.count - 1) + low
    }
    return bin
  }
}
