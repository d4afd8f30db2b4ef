/// A small part of a flow's mass that lies broadly: with weight ε the density is
///
///     p(x) = (1 − ε) p_flow(x) + ε |det ∂u/∂x| t(u),   u = preprocessing(x)
///
/// where t is the D-variate Student t density with ν = 3 degrees of freedom, location μ and scale matrix Σ, the mean and
/// the covariance of the preprocessed training events:
///
///     log t(u) = log Γ((ν + D)/2) − log Γ(ν/2) − (D/2) log νπ − ½ log|Σ| − ½ (ν + D) log(1 + (u − μ)ᵀ Σ⁻¹ (u − μ)/ν)
///
/// It keeps events that a flow gives next to no density, such as those beyond the box of its splines, from deciding a mean
/// log-density, in training, in validation and afterwards; where it is of no use it costs ε nats. It does not depend on the
/// context. Samples are drawn from it with probability ε; latents are those of the flow alone.
public struct BroadComponent: Sendable {
  /// ε, between 0 and 1.
  public let weight: Double
  /// u ↦ y = L⁻¹ (u − μ), Σ = LLᵀ.
  public let whitening: Whiten

  /// ν.
  public static let degreesOfFreedom = 3.0

  public init(weight: Double, whitening: Whiten) {
    precondition(0 < weight && weight < 1, "the weight of a broad component is between 0 and 1, got \(weight)")
    (self.weight, self.whitening) = (weight, whitening)
  }

  var dimension: Int { whitening.dimension }
  private var freedom: Double { Self.degreesOfFreedom }
  private var power: Double { 0.5 * (freedom + Double(dimension)) }
  /// log ε t(μ) |Σ|^½.
  private var logHeight: Double {
    Double.log(weight) + Double.logGamma(power) - Double.logGamma(0.5 * freedom)
      - 0.5 * Double(dimension) * Double.log(freedom * .pi)
  }

  /// ∂L/∂log p of each event (one row) ↦ ∂L/∂u.
  typealias DensityPullback = (_ cotangents: Tile) -> Tile

  /// log ε t(u) of each event of a tile, and its pullback.
  func logDensitiesWithPullback(of u: Tile) -> (values: [Double], pullback: DensityPullback) {
    let (y, pullback) = whitening.forwardWithPullback(u, Pass(Parameters([])))
    let squares = y.values.squaredLengths
    let height = logHeight + y.logDeterminant.constant
    return (
      squares.map { height - power * Double.log(1 + $0 / freedom) },
      { cotangents in
        let slopes = squares.indices.map { event in
          Scalar(-2 * power / (freedom + squares[event]) * Double(cotangents[0, event]))
        }
        var ofLengths = y.values
        ofLengths.multiplyEvents(by: slopes)
        var unused = Gradient(count: 0)
        return pullback(ofLengths, Tile(features: 1, like: u, filledWith: 0), &unused)
      }
    )
  }

  /// log((1 − ε) exp(a) + ε t(u)) for log-densities a of the flow; NaN stays NaN.
  func mixed(_ flow: [Double], with broad: [Double]) -> [Double] {
    zip(flow, broad).map { flow, broad in
      let flow = flow + Double.log(1 - weight)
      let (low, high) = flow < broad ? (flow, broad) : (broad, flow)
      return high == -.infinity ? high : high + Double.log(1 + Double.exp(low - high))
    }
  }

  /// The part of the density that is the flow's, for each event: what the cotangent of its log-density is multiplied by.
  func share(_ flow: [Double], of mixed: [Double]) -> [Double] {
    zip(flow, mixed).map { Double.exp($0 + Double.log(1 - weight) - $1) }
  }

  /// Replaces those of the first `count` events that the broad component draws.
  func draw(into u: inout Tile, _ count: Int, from random: EventRandom) {
    let own = EventRandom(seed: random.seed, purpose: .broadEvents, first: random.first)
    for event in 0..<count {
      var stream = own.stream(of: event)
      guard stream.uniform() < weight else { continue }
      var row = (0..<dimension).map { _ in stream.normal() }
      // χ² with ν = 3.
      let square = (0..<3).reduce(0.0) { sum, _ in
        let normal = stream.normal()
        return sum + normal * normal
      }
      let scale = (freedom / square).squareRoot()
      for feature in row.indices { row[feature] *= scale }
      var unused = [0.0]
      whitening.inverse(rows: &row, addingTo: &unused)
      for feature in row.indices { u[feature, event] = Scalar(row[feature]) }
    }
  }
}

extension Tile {
  /// Σ over the features of x², of each event, in Double.
  fileprivate var squaredLengths: [Double] {
    var sums = [Double](repeating: 0, count: width)
    for feature in 0..<features {
      withRow(feature) { row in
        for event in row.indices { sums[event] += Double(row[event]) * Double(row[event]) }
      }
    }
    return sums
  }

  /// Multiplies all features of each event by a number of its own.
  fileprivate mutating func multiplyEvents(by factors: [Scalar]) {
    for feature in 0..<features {
      withMutableRow(feature) { row in
        for event in row.indices { row[event] *= factors[event] }
      }
    }
  }
}

// MARK: Coding

extension BroadComponent: Codable {
  private enum CodingKeys: CodingKey { case weight, whitening }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let weight = try container.decode(Double.self, forKey: .weight)
    let whitening = try container.decode(Whiten.self, forKey: .whitening)
    try DescriptionCheck.require(0 < weight && weight < 1, "the broad component has the weight \(weight)")
    try whitening.checkDescription()
    self.init(weight: weight, whitening: whitening)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(weight, forKey: .weight)
    try container.encode(whitening, forKey: .whitening)
  }
}

// MARK: From data

extension BroadComponent {
  /// - Parameters:
  ///   - weight: ε.
  ///   - events: the training events; their mean and covariance after `preprocessing` are those of the component. Columns
  ///     that have no covariance of full rank are taken as independent.
  /// - Throws: where the events cannot be read.
  init(weight: Double, of events: some EventSource, after preprocessing: [any Preprocessing]) throws(FlowError) {
    var statistics = ColumnStatistics(columns: events.columns)
    try events.forEachBlock { block in
      var rows = block.events.events
      var unused = [Double](repeating: 0, count: rows.count / events.dimension)
      preprocessing.forward(rows: &rows, firstEvent: block.first, addingTo: &unused)
      statistics.add(rows, weights: block.events.weights)
    }
    let factor: [Double]
    do throws(FlowError) { factor = try statistics.correlationFactor() } catch {
      factor = DenseMatrix.identity(events.dimension).values
    }
    let whitening = Whiten(
      means: statistics.means, standardDeviations: statistics.standardDeviations.map { max($0, 1e-6) }, factor: factor)
    self.init(weight: weight, whitening: whitening)
  }
}
