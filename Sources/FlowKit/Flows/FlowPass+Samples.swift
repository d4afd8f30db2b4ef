// Samples that can be differentiated: base → chain → preprocessing, back to all parameters.

extension FlowPass {
  /// Events drawn from a flow, in the data's own units.
  public struct Samples {
    /// x, N × D row-major.
    public let events: [Double]
    /// log p(x) of each.
    public let logDensities: [Double]
  }

  /// Takes ∂L/∂x, N × D row-major, and ∂L/∂log p(x), N, and adds to the gradients of all parameters. Called at most once.
  public typealias SamplesPullback = (_ events: [Double], _ logDensities: [Double], _ gradient: inout Gradient) -> Void

  /// The same for events as the preprocessing makes them.
  public struct PreprocessedSamples {
    /// x; what follows the events is padding that repeats the last one.
    public let events: Tile
    /// log p(x) of each, without the preprocessing's log-determinant.
    public let logDensities: [Double]
  }

  /// Takes ∂L/∂x and ∂L/∂log p(x) (one row), both 0 in the padding, and adds to the gradients of all parameters. Called at most
  /// once.
  public typealias PreprocessedSamplesPullback = (_ events: Tile, _ logDensities: Tile, _ gradient: inout Gradient) ->
    Void

  /// Draws `count` events, at most as many as `tile` is wide, as functions of the parameters at fixed random numbers.
  ///
  /// - Parameter tile: any tile of the worker that draws.
  /// - Throws: where a part of the flow has no derivative of its inverse, or of its samples, naming it.
  public func samplesWithPullback(
    _ count: Int, from random: EventRandom, like tile: Tile
  ) throws(FlowError) -> (samples: Samples, pullback: SamplesPullback) {
    let (x, pullBackSamples) = try preprocessedSamplesWithPullback(count, from: random, like: tile)
    let dimension = architecture.dimension
    var rows = x.events.rows(count: count)
    var ofRows = [Double](repeating: 0, count: count)
    let pullBackRows = try architecture.preprocessing.inverseWithPullback(rows: &rows, addingTo: &ofRows)
    let (events, densities) = (x.events, zip(x.logDensities, ofRows).map { $0 - $1 })
    return (
      Samples(events: rows, logDensities: densities),
      { cotangents, weights, gradient in
        var cotangents = cotangents
        pullBackRows(&cotangents, weights.map { -$0 })
        var (x̄, ofDensity) = (Tile(features: dimension, like: events), Tile(features: 1, like: events))
        x̄.fill { feature, event in event < count ? Scalar(cotangents[event * dimension + feature]) : 0 }
        ofDensity.fill { _, event in event < count ? Scalar(weights[event]) : 0 }
        pullBackSamples(x̄, ofDensity, &gradient)
      }
    )
  }

  /// Draws `count` events as the preprocessing makes them, in the same way: whether the preprocessing has a derivative does not
  /// matter.
  public func preprocessedSamplesWithPullback(
    _ count: Int, from random: EventRandom, like tile: Tile
  ) throws(FlowError) -> (samples: PreprocessedSamples, pullback: PreprocessedSamplesPullback) {
    precondition(1...tile.width ~= count, "\(count) samples in a tile of \(tile.width)")
    guard architecture.broad == nil else {
      throw FlowError(
        .architecture, "samples of a flow with a broad component have no derivative; leave the component out")
    }
    let (base, range) = (architecture.base, baseRange)
    var z = Tile(features: architecture.dimension, like: tile)
    let pullBackDraw = try base.sampleWithPullback(into: &z, baseParameters, from: random)
    z.repeatEvent(count - 1)
    var pullBackBase: BasePullback?
    var densities = Self.sums(Transformed(z)) {
      pullBackBase = base.logDensityWithPullback(z, baseParameters, into: $0)
    }
    let (x, pullBackEvents) = try eventsWithPullback(from: z)
    densities.removeLast(densities.count - count)
    for event in 0..<count { densities[event] -= x.logDeterminant.value(of: event) }
    let pullBackDensity = pullBackBase!
    return (
      PreprocessedSamples(events: x.values, logDensities: densities),
      { x̄, ofDensity, gradient in
        var ofDeterminant = Tile(features: 1, like: z, filledWith: 0)
        ofDeterminant.add(ofDensity, scaledBy: -1)
        var z̄ = pullBackEvents(x̄, ofDeterminant, &gradient)
        gradient.withSlice(range) {
          z̄.add(pullBackDensity(ofDensity, &$0))
          pullBackDraw(z̄, &$0)
        }
      }
    )
  }

  /// The same events, without a pullback.
  func preprocessedSamples(_ count: Int, from random: EventRandom, like tile: Tile) throws(FlowError) -> Tile {
    var z = Tile(features: architecture.dimension, like: tile)
    architecture.base.sample(into: &z, baseParameters, from: random)
    z.repeatEvent(count - 1)
    return try events(from: z).values
  }
}

extension Architecture {
  /// Throws where samples have no derivative with respect to the parameters, naming the layer or the base: then an objective
  /// on samples cannot train the flow.
  public func checkSamplesAreDifferentiable() throws(FlowError) {
    let flow = Flow(architecture: self)
    let engine = Engine(layout, ParameterBuffer(flow.parameters), threads: 1)
    func tile(_ features: Int) -> Tile {
      var tile = Tile(features: features, width: Tile.fullWidth, pool: TilePool())
      tile.fill { _, _ in 0 }
      return tile
    }
    let pass = Pass(engine.tileParameters.all, context: contextDimension > 0 ? tile(contextDimension) : nil)
    _ = try FlowPass(self, pass).preprocessedSamplesWithPullback(1, from: EventRandom(seed: 0), like: tile(dimension))
  }
}
