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

  /// Draws `count` events, at most as many as `tile` is wide, as functions of the parameters at fixed random numbers.
  ///
  /// - Parameter tile: any tile of the worker that draws.
  /// - Throws: where a part of the flow has no derivative of its inverse, or of its samples, naming it.
  public func samplesWithPullback(
    _ count: Int, from random: EventRandom, like tile: Tile
  ) throws(FlowError) -> (samples: Samples, pullback: SamplesPullback) {
    precondition(1...tile.width ~= count, "\(count) samples in a tile of \(tile.width)")
    let (base, dimension, range) = (architecture.base, architecture.dimension, baseRange)
    var z = Tile(features: dimension, like: tile)
    let pullBackDraw = try base.sampleWithPullback(into: &z, baseParameters, from: random)
    z.repeatEvent(count - 1)
    var pullBackBase: BasePullback?
    var densities = Self.sums(Transformed(z)) {
      pullBackBase = base.logDensityWithPullback(z, baseParameters, into: $0)
    }
    let (x, pullBackEvents) = try eventsWithPullback(from: z)
    var rows = x.values.rows(count: count)
    var ofRows = [Double](repeating: 0, count: count)
    let pullBackRows = try architecture.preprocessing.inverseWithPullback(rows: &rows, addingTo: &ofRows)
    densities.removeLast(densities.count - count)
    for event in 0..<count { densities[event] -= x.logDeterminant.value(of: event) + ofRows[event] }
    let pullBackDensity = pullBackBase!
    return (
      Samples(events: rows, logDensities: densities),
      { events, weights, gradient in
        var cotangents = events
        pullBackRows(&cotangents, weights.map { -$0 })
        var x̄ = Tile(features: dimension, like: z)
        x̄.fill { feature, event in event < count ? Scalar(cotangents[event * dimension + feature]) : 0 }
        var ofDensity = Tile(features: 1, like: z)
        ofDensity.fill { _, event in event < count ? Scalar(weights[event]) : 0 }
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
}
