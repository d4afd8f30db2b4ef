public import FlowKit

/// A base distribution with its parameters, made ready to be evaluated on plain arrays.
///
/// Events are row-major. Tiles see prepared parameters where the base prepares any, and gradients are led back to θ.
public struct BaseProbe {
  public let base: any BaseDistribution
  /// θ.
  public let parameters: [Scalar]
  private let prepared: [Scalar]
  private let pool = TilePool()

  public init(_ base: any BaseDistribution, parameters: [Scalar]) {
    precondition(
      parameters.count == base.parameterCount,
      "\(parameters.count) parameters for \(base.text), which has \(base.parameterCount)")
    (self.base, self.parameters) = (base, parameters)
    var prepared = parameters
    if let count = base.preparedCount {
      prepared = Array(repeating: 0, count: count)
      prepared.withUnsafeMutableBufferPointer { base.prepare(Parameters(parameters), into: $0) }
    }
    self.prepared = prepared
  }

  /// log p₀ of each event.
  public func logDensity(_ z: [Scalar]) -> [Double] {
    let tile = pool.tile(z, features: base.dimension)
    return logDensities(tile, count(z)) { base.logDensity(tile, Parameters(prepared), into: $0) }
  }

  /// log p₀ of each event, and for `cotangents` of them those of z (N × D) and θ; `start` is what the latter holds
  /// before.
  public func pullBack(
    at z: [Scalar], cotangents: [Scalar], startingFrom start: Scalar = 0
  ) -> (logDensities: [Double], z: [Scalar], parameters: [Scalar]) {
    let tile = pool.tile(z, features: base.dimension)
    var pullback: BasePullback?
    let values = logDensities(tile, count(z)) {
      pullback = base.logDensityWithPullback(tile, Parameters(prepared), into: $0)
    }
    var gradient = Gradient(count: prepared.count)
    for index in prepared.indices { gradient[index] = start }
    // The padding has no part in a loss: its cotangents are 0.
    let result = pullback!(pool.tile(cotangents, features: 1, padding: 0), &gradient)
    let tileGradient = prepared.indices.map { gradient[$0] }
    return (values, result.rows(count: count(z)), pullBackPreparation(tileGradient, startingFrom: start))
  }

  /// Events `first` ..< `first` + `count` of the samples of `seed`, drawn `width` at a time.
  public func sample(_ count: Int, first: Int = 0, seed: UInt64, width: Int = 128) -> [Scalar] {
    var rows: [Scalar] = []
    rows.reserveCapacity(count * base.dimension)
    for start in stride(from: 0, to: count, by: width) {
      var z = Tile(features: base.dimension, width: width, pool: pool)
      base.sample(into: &z, Parameters(prepared), from: EventRandom(seed: seed, first: first + start))
      rows += z.rows(count: min(width, count - start))
    }
    return rows
  }

  /// Events `first` ..< `first` + `count` of the samples of `seed`, and the gradient of θ for the cotangents (N × D) that
  /// `cotangents` makes of them; `start` is what the gradient holds before.
  public func pullBackSample(
    _ count: Int, first: Int = 0, seed: UInt64, startingFrom start: Scalar = 0,
    cotangents: (_ rows: [Scalar]) -> [Scalar]
  ) throws(FlowError) -> (rows: [Scalar], parameters: [Scalar]) {
    var z = Tile(features: base.dimension, width: (count + 15) / 16 * 16, pool: pool)
    let pullback = try base.sampleWithPullback(
      into: &z, Parameters(prepared), from: EventRandom(seed: seed, first: first))
    let rows = z.rows(count: count) as [Scalar]
    return (rows, pulledBack(cotangents(rows), startingFrom: start, by: pullback))
  }

  /// The gradient of θ for the cotangents of given events, as if a mixture had drawn them.
  package func pullBackSample(at z: ArraySlice<Scalar>, cotangents: ArraySlice<Scalar>) -> [Scalar] {
    guard let mixture = base as? GaussianMixture else { preconditionFailure("\(base.text) is no mixture") }
    let tile = pool.tile(Array(z), features: base.dimension)
    return pulledBack(Array(cotangents), by: mixture.samplePullback(at: tile, Parameters(prepared)))
  }

  /// The gradient of θ for the cotangents of drawn events.
  private func pulledBack(_ cotangents: [Scalar], startingFrom start: Scalar = 0, by pullback: SamplePullback)
    -> [Scalar]
  {
    var gradient = Gradient(count: prepared.count)
    for index in prepared.indices { gradient[index] = start }
    pullback(pool.tile(cotangents, features: base.dimension, padding: 0), &gradient)
    return pullBackPreparation(prepared.indices.map { gradient[$0] }, startingFrom: start)
  }

  private func count(_ z: [Scalar]) -> Int { z.count / base.dimension }

  private func logDensities(
    _ tile: Tile, _ count: Int, _ write: (UnsafeMutableBufferPointer<Double>) -> Void
  ) -> [Double] {
    // Whatever is there before must not count.
    var values = [Double](repeating: .nan, count: tile.width)
    values.withUnsafeMutableBufferPointer { write($0) }
    return Array(values.prefix(count))
  }

  private func pullBackPreparation(_ tileGradient: [Scalar], startingFrom start: Scalar) -> [Scalar] {
    guard base.preparedCount != nil else { return tileGradient }
    var gradient = Gradient(count: parameters.count)
    for index in parameters.indices { gradient[index] = start }
    base.pullBackPreparation(
      Parameters(parameters), prepared: Parameters(prepared),
      preparedGradient: Parameters(tileGradient.map { $0 - start }), to: &gradient)
    return parameters.indices.map { gradient[$0] }
  }
}
