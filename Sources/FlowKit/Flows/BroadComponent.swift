/// A small part of a flow's mass that lies broadly: with weight ε the density is
///
///     p(x) = (1 − ε) p_flow(x) + ε |det ∂v/∂x| t(v)
///
/// where v are the events after what is declared of them (bounds, whole numbers) but before they are scaled, and t is the D-variate
/// Student t density with ν = 3 degrees of freedom, location μ and scale matrix Σ, the mean and the covariance of the training
/// events:
///
///     log t(v) = log Γ((ν + D)/2) − log Γ(ν/2) − (D/2) log νπ − ½ log|Σ| − ½ (ν + D) log(1 + (v − μ)ᵀ Σ⁻¹ (v − μ)/ν)
///
/// It keeps events that a flow gives next to no density, such as those beyond the box of its splines, from deciding a mean
/// log-density; where it is of no use it costs ε nats. It does not depend on the context. Samples are drawn from it with
/// probability ε; latents are those of the flow alone. Source of the density: Kotz & Nadarajah, Multivariate t Distributions and
/// Their Applications (2004), equation 1.1.
public struct BroadComponent: Sendable {
  /// ε, between 0 and 1.
  public let weight: Double
  /// v ↦ y = L⁻¹ (v − μ), Σ = LLᵀ.
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

  // MARK: The density

  /// log ε t of each event of a tile, as a density of what `scaling` made of v.
  func logDensities(of u: Tile, after scaling: [any Preprocessing]) -> [Double] {
    var rows = u.rows(count: u.width)
    var logDeterminants = [Double](repeating: 0, count: u.width)
    scaling.inverse(rows: &rows, addingTo: &logDeterminants)
    whitening.forward(rows: &rows, firstEvent: 0, addingTo: &logDeterminants)
    return logDeterminants.indices.map { event in
      logDeterminants[event] + logHeight - power * Double.log(onePlus: squaredLength(rows, event) / freedom)
    }
  }

  /// ∂L/∂u for the cotangents of `logDensities`.
  func pullBack(_ cotangents: [Double], at u: Tile, after scaling: [any Preprocessing]) -> Tile {
    var rows = u.rows(count: u.width)
    var unused = [Double](repeating: 0, count: u.width)
    let pullBackScaling: RowPullback
    do throws(FlowError) {
      pullBackScaling = try scaling.inverseWithPullback(rows: &rows, addingTo: &unused)
    } catch {
      preconditionFailure("\(error)")
    }
    let v = rows
    whitening.forward(rows: &rows, firstEvent: 0, addingTo: &unused)
    for event in cotangents.indices {
      let slope = -2 * power / (freedom + squaredLength(rows, event)) * cotangents[event]
      for feature in 0..<dimension { rows[event * dimension + feature] *= slope }
    }
    whitening.pullBack(&rows, at: v, logDeterminants: [Double](repeating: 0, count: u.width))
    pullBackScaling(&rows, cotangents)
    var result = Tile(features: dimension, like: u)
    result.fill { feature, event in Scalar(rows[event * dimension + feature]) }
    return result
  }

  private func squaredLength(_ rows: [Double], _ event: Int) -> Double {
    rows[(event * dimension)..<((event + 1) * dimension)].reduce(0) { $0 + $1 * $1 }
  }

  /// log((1 − ε) exp(a) + ε t) for log-densities a of the flow; NaN stays NaN.
  func mixed(_ flow: [Double], with broad: [Double]) -> [Double] {
    zip(flow, broad).map { Double.logAddExp($0 + Double.log(onePlus: -weight), $1) }
  }

  /// The part of the density that is the flow's, for each event.
  func share(_ flow: [Double], of mixed: [Double]) -> [Double] {
    zip(flow, mixed).map { Double.exp($0 + Double.log(onePlus: -weight) - $1) }
  }

  // MARK: Samples

  /// Replaces those of the first `count` events that the broad component draws.
  func draw(into u: inout Tile, _ count: Int, from random: EventRandom, after scaling: [any Preprocessing]) {
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
      scaling.forward(rows: &row, addingTo: &unused)
      for feature in row.indices { u[feature, event] = Scalar(row[feature]) }
    }
  }
}

extension Architecture {
  /// The last steps of the preprocessing, those that are fitted to the events.
  var scaling: [any Preprocessing] {
    let count = preprocessing.reversed().prefix {
      $0 is Standardize || $0 is Whiten || $0 is RobustScaling || $0 is Arcsinh
    }.count
    return Array(preprocessing.suffix(count))
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
  ///   - events: the training events; their mean and covariance after `declared` are those of the component. Columns
  ///     that have no covariance of full rank are taken as independent.
  /// - Throws: where the events cannot be read.
  init(weight: Double, of events: some EventSource, after declared: [any Preprocessing]) throws(FlowError) {
    var statistics = ColumnStatistics(columns: events.columns)
    try events.forEachBlock { block in
      var rows = block.events.events
      var unused = [Double](repeating: 0, count: rows.count / events.dimension)
      declared.forward(rows: &rows, firstEvent: block.first, addingTo: &unused)
      statistics.add(rows, weights: block.events.weights)
    }
    let factor = statistics.regularCorrelationFactor ?? DenseMatrix.identity(events.dimension).values
    let whitening = Whiten(
      means: statistics.means, standardDeviations: statistics.standardDeviations.map { max($0, .leastNormalMagnitude) },
      factor: factor)
    self.init(weight: weight, whitening: whitening)
  }
}
