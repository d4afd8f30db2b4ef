import FlowKit
import Testing

/// Starts from data see all of the events, not those that come first.
@Suite struct StartTests {
  private static let count = 12_000

  /// Two clusters, the one behind the other.
  private let sorted: [Double] = {
    var random = RandomStream(seed: 3, purpose: .samples)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    return (0..<count).flatMap { event in [(event < count / 2 ? 8 : -8) + 0.3 * normal(), 0.5 * normal()] }
  }()

  private var shuffled: [Double] {
    var random = RandomStream(seed: 4, purpose: .samples)
    return random.permutation(of: Self.count).flatMap { sorted[(2 * $0)..<(2 * $0 + 2)] }
  }

  private func start(_ values: [Double], _ list: String, _ base: String, weights: [Double]? = nil) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 2, using: &random)
    let architecture = Architecture(chain: chain, base: try Registry.standard.base(base, dimension: 2))
    return try Flow(
      architecture: architecture, startingFrom: EventArray(values, dimension: 2, weights: weights), seed: 1)
  }

  @Test func aNormalisationStartsFromAll() throws {
    // x has mean 0 and deviation 8; of 4,096 rows the mean has the standard error 0.1.
    for values in [sorted, shuffled] {
      let flow = try start(values, "actnorm", "normal")
      let z = flow.logDensity([8, 0, -8, 0])
      #expect(abs(z[0] - z[1]) < 0.2, "\(z)")
    }
  }

  /// What arrives at a linear layer leaves it with mean 0 and covariance I, whatever the signs of R and the determinant.
  @Test(arguments: ["qr", "qr(determinant=-1)", "qr(signs=+-)"]) func linearLayersStartAsWhitenings(_ list: String)
    throws
  {
    let correlated = sorted.indices.map { sorted[$0] + ($0 % 2 == 1 ? 0.5 * sorted[$0 - 1] : 0) }
    let z = try start(correlated, list, "normal").latent(of: correlated)
    let (x, y) = (stride(from: 0, to: z.count, by: 2).map { z[$0] }, stride(from: 1, to: z.count, by: 2).map { z[$0] })
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let moments = [mean(x), mean(y), mean(zip(x, y).map(*)), mean(zip(x, x).map(*)) - 1, mean(zip(y, y).map(*)) - 1]
    #expect(moments.allSatisfy { abs($0) < 0.1 }, "\(moments)")
  }

  @Test func aMixtureStartsInBothClusters() throws {
    for values in [sorted, shuffled] {
      let flow = try start(values, "shift,diagonal", "mixture(8)")
      let mean = flow.logDensity(values).reduce(0, +) / Double(Self.count)
      #expect(mean > -8, "\(mean)")
    }
  }

  @Test func sortedEventsAreFittedAsWell() throws {
    func loss(_ values: [Double]) throws -> Double {
      try Trainer(
        fitting: EventArray(values, dimension: 2), layers: "shift,diagonal", base: "mixture(8)",
        options: TrainingOptions { $0.epochs = 15 }
      ).fit().loss
    }
    let (one, other) = (try loss(sorted), try loss(shuffled))
    #expect(abs(one - other) < 0.1, "sorted \(one), shuffled \(other)")
  }

  /// Events of weight 0 are not there; the others are drawn alike.
  @Test func eventsOfWeightZeroStartNothing() throws {
    let far = [Double](repeating: 1e6, count: 2 * Self.count)
    let weights = Array(repeating: 0.0, count: Self.count) + Array(repeating: 2, count: Self.count)
    let with = try start(far + sorted, "actnorm", "normal", weights: weights)
    #expect(try with.parameters == start(sorted, "actnorm", "normal").parameters)
  }

  @Test func fewEventsAreAllThere() throws {
    let few = Array(sorted[..<192])
    let flow = try start(few, "actnorm", "normal")
    let xs = stride(from: 0, to: 192, by: 2).map { few[$0] }
    let mean = xs.reduce(0, +) / 96
    // The density is symmetric about the sample's mean.
    let (left, right) = (flow.logDensity([mean - 0.5, 0])[0], flow.logDensity([mean + 0.5, 0])[0])
    #expect(abs(left - right) < 1e-3, "\(left), \(right)")
  }
}
