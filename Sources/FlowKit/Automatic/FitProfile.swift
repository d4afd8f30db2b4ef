/// What a look at the training events shows that decides how they are fitted; from at most 65,536 of them, drawn at random.
public struct FitProfile: Sendable {
  /// N, of which the validation part is none.
  public let rows: Int
  public let validationRows: Int
  public let dimension: Int
  public let contextDimension: Int
  /// The largest mean of z⁴ over the columns, z being standardized, and whose it is: 3 for a normal density, more with tails.
  public let kurtosis: (value: Double, column: String)
  /// The largest |z| of a row, and in which column: how far out the box of a spline would have to reach.
  public let farthest: (value: Double, column: String)
  /// The smallest eigenvalue of the columns' correlations: near 0 where columns nearly depend on each other.
  public let smallestEigenvalue: Double

  private static let sampleSize = 65_536

  init(_ train: some EventSource, validation: (any EventSource)?, seed: UInt64) throws(FlowError) {
    (rows, validationRows) = (train.count, validation?.count ?? 0)
    (dimension, contextDimension) = (train.dimension, train.contextDimension)
    let sample = try train.sample(Self.sampleSize, seed: seed).events
    let statistics = ColumnStatistics(sample.events, columns: train.columns, weights: sample.weights)
    let (means, deviations) = (statistics.means, statistics.standardDeviations)
    var fourth = [Double](repeating: 0, count: dimension)
    var farthest = fourth
    var total = 0.0
    for event in 0..<(sample.events.count / dimension) {
      let weight = sample.weights?[event] ?? 1
      total += weight
      for column in 0..<dimension where deviations[column] > 0 {
        let z = (sample.events[event * dimension + column] - means[column]) / deviations[column]
        fourth[column] += weight * z * z * z * z
        farthest[column] = max(farthest[column], z.magnitude)
      }
    }
    let columns = train.columns
    func largest(_ values: [Double]) -> (Double, String) {
      let index = values.indices.max { values[$0] < values[$1] }!
      return (values[index], columns[index])
    }
    kurtosis = largest(fourth.map { $0 / max(total, .leastNormalMagnitude) })
    self.farthest = largest(farthest)
    smallestEigenvalue = statistics.smallestCorrelationEigenvalue
  }
}

extension ColumnStatistics {
  /// The smallest eigenvalue of the correlations, by inverse iteration; 0 where they are singular.
  var smallestCorrelationEigenvalue: Double {
    let width = columns.count
    guard let factor = regularCorrelationFactor else { return 0 }
    // Not orthogonal to the eigenvector but by chance.
    var x = (0..<width).map { 1 + 0.1 * Double($0 % 7) }
    var eigenvalue = 1.0
    for _ in 0..<100 {
      for i in 0..<width {
        for j in 0..<i { x[i] -= factor[i * width + j] * x[j] }
        x[i] /= factor[i * width + i]
      }
      for i in (0..<width).reversed() {
        for j in (i + 1)..<max(i + 1, width) { x[i] -= factor[j * width + i] * x[j] }
        x[i] /= factor[i * width + i]
      }
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      eigenvalue = 1 / length
      x = x.map { $0 / length }
    }
    return eigenvalue
  }
}
