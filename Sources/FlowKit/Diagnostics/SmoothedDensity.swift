/// A density of two columns on a grid, smoothed, whose contours enclose stated parts of the events.
///
/// Events are counted in square bins, of which the counts are smoothed by a normal kernel. Beyond the outermost bins with events it is mirrored. Its standard deviation along each axis is
/// that of Scott's rule, σ n^(−1/6), σ being the smaller of the standard deviation and that of a normal density with the same
/// quartiles, n the effective number of events, and at least 0.8 bins: narrow, so that modes stay apart. Contours are where this density has
/// a level; a level encloses the part of the *events* (not of the smoothed density) that is asked for.
public struct SmoothedDensity: Sendable {
  public let xRange, yRange: ClosedRange<Double>
  /// Bins along each axis.
  public let size: Int
  /// The smoothed density of bin (x, y), in units of the part of all events per bin: size × size, x varying fastest.
  public let values: [Double]
  /// The part of all events in each bin, unsmoothed.
  public let masses: [Double]

  /// - Parameters:
  ///   - x: the first column of N events, finite.
  ///   - y: the second one.
  ///   - weights: N weights, at least 0, or nil for equal ones.
  ///   - size: bins along each axis.
  public init(
    x: [Double], y: [Double], weights: [Double]? = nil, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
    size: Int = 64
  ) {
    precondition(x.count == y.count && weights?.count ?? x.count == x.count, "two columns of the same events")
    (self.xRange, self.yRange, self.size) = (xRange, yRange, size)
    let (xWidth, yWidth) = (xRange.width / Double(size), yRange.width / Double(size))
    var (masses, total) = ([Double](repeating: 0, count: size * size), 0.0)
    for event in x.indices {
      let weight = weights?[event] ?? 1
      total += weight
      guard xRange.contains(x[event]), yRange.contains(y[event]) else { continue }
      let column = min(size - 1, Int((x[event] - xRange.lowerBound) / xWidth))
      let row = min(size - 1, Int((y[event] - yRange.lowerBound) / yWidth))
      masses[row * size + column] += weight
    }
    masses = masses.map { total > 0 ? $0 / total : 0 }
    let spreads = [x, y].map { SortedColumn($0, weights: weights).scottSpread }
    let alongX = Self.smoothed(masses, size, step: 1, deviation: max(0.8, spreads[0] / xWidth))
    values = Self.smoothed(alongX, size, step: size, deviation: max(0.8, spreads[1] / yWidth))
    self.masses = masses
  }

  /// The density of the bin in which a point lies; nil outside the grid.
  public func value(atX x: Double, _ y: Double) -> Double? {
    guard xRange.contains(x), yRange.contains(y) else { return nil }
    let column = min(size - 1, Int((x - xRange.lowerBound) / xRange.width * Double(size)))
    let row = min(size - 1, Int((y - yRange.lowerBound) / yRange.width * Double(size)))
    return values[row * size + column]
  }

  /// The density at the border of the smallest region that holds the part `mass` of the events: events in bins of at least this
  /// density are that part. 0 where the grid holds less.
  public func level(enclosing mass: Double) -> Double {
    var sum = 0.0
    for bin in values.indices.sorted(by: { values[$0] > values[$1] }) where values[bin] > 0 {
      sum += masses[bin]
      if sum >= mass { return values[bin] }
    }
    return 0
  }

  /// Along one axis, whose bins are `step` apart. What would fall beyond the outermost bins with events is mirrored there: a column that
  /// ends at a value ends there in the picture, too.
  private static func smoothed(_ values: [Double], _ size: Int, step: Int, deviation: Double) -> [Double] {
    let lines = (0..<size).map { step == 1 ? $0 * size : $0 }
    let occupied = (0..<size).filter { bin in lines.contains { values[$0 + bin * step] > 0 } }
    guard let first = occupied.first, let last = occupied.last else { return values }
    let (count, reach) = (last - first + 1, Int((4 * deviation).rounded(.up)))
    let kernel = (0...reach).map { Double.exp(-0.5 * (Double($0) / deviation) * (Double($0) / deviation)) }
    let total = 2 * kernel.reduce(0, +) - kernel[0]
    var result = [Double](repeating: 0, count: values.count)
    for start in lines {
      for bin in first...last where values[start + bin * step] > 0 {
        for distance in -reach...reach {
          let place = mirrored(bin - first + distance, count) + first
          result[start + place * step] += values[start + bin * step] * kernel[abs(distance)] / total
        }
      }
    }
    return result
  }

  /// d c b a | a b c d | d c b a.
  private static func mirrored(_ index: Int, _ count: Int) -> Int {
    let place = ((index % (2 * count)) + 2 * count) % (2 * count)
    return place < count ? place : 2 * count - 1 - place
  }
}

extension SortedColumn {
  /// min(σ, quartile distance/1.349) n^(−1/6), in the column's units.
  fileprivate var scottSpread: Double {
    let quartiles = (quantile(0.75) - quantile(0.25)) / RobustScaling.normalQuartileDistance
    // The deviation between the outermost hundredths: what lies farther out is not looked at closely.
    let deviation = (quantile(0.9772) - quantile(0.0228)) / 4
    let spread = quartiles > 0 ? min(quartiles, deviation > 0 ? deviation : quartiles) : deviation
    return spread * Double.pow(effectiveCount, -1.0 / 6)
  }
}

extension ClosedRange<Double> {
  var width: Double { upperBound - lowerBound }
}
