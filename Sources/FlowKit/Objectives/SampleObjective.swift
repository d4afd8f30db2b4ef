/// Trains a flow by its samples: a distance between as many samples as a batch has events and these events, plus, if it is
/// wanted, λ times the mean negative log-density of the events in nats.
///
///     L = d({x̂ᵢ}, {xᵢ}) − λ Σ wᵢ log p(xᵢ),      x̂ᵢ = f⁻¹(zᵢ; cᵢ), zᵢ ~ p₀
///
/// The distance is one of preprocessed events, the log-density one of the data in their own units. In training the draws
/// belong to the step; in validation they are the same after every epoch.
public struct SampleObjective: BatchObjective {
  public let architecture: Architecture
  public let criterion: any SampleCriterion
  /// λ ≥ 0.
  public let likelihoodWeight: Double
  private let seed: UInt64

  /// - Parameter seed: decides the draws of validation.
  /// - Throws: where λ is negative, or samples of the flow have no derivative, naming the layer.
  public init(
    _ architecture: Architecture, _ criterion: any SampleCriterion, likelihoodWeight: Double = 0, seed: UInt64 = 0
  ) throws(FlowError) {
    guard likelihoodWeight >= 0, likelihoodWeight.isFinite else {
      throw FlowError(.architecture, "the weight of the likelihood is a number of at least 0, got \(likelihoodWeight)")
    }
    try architecture.checkSamplesAreDifferentiable()
    self.init(unchecked: architecture, criterion, likelihoodWeight, seed)
  }

  private init(
    unchecked architecture: Architecture, _ criterion: any SampleCriterion, _ likelihoodWeight: Double, _ seed: UInt64
  ) {
    (self.architecture, self.criterion) = (architecture, criterion)
    (self.likelihoodWeight, self.seed) = (likelihoodWeight, seed)
  }

  public var subject: any Trainable { architecture }
  public var companion: (any SumObjective)? { MaximumLikelihood(architecture) }
  public func takeNotes() -> [String] { criterion.takeNotes() }
  public func copied() -> SampleObjective {
    SampleObjective(unchecked: architecture.copied(), criterion, likelihoodWeight, seed)
  }
  public func evaluationSize(batchSize: Int) -> Int { max(batchSize, criterion.evaluationSize) }

  // MARK: Outputs: a sample, the event, its context and its log-density

  private var hasDensity: Bool { likelihoodWeight > 0 }
  private var dimension: Int { architecture.dimension }
  private var contextDimension: Int { architecture.contextDimension }
  public var outputCount: Int { 2 * dimension + contextDimension + (hasDensity ? 1 : 0) }

  public func outputs(of tile: EventTile, _ pass: Pass) throws(FlowError) -> [Double] {
    let flow = FlowPass(architecture, pass)
    let samples = try flow.preprocessedSamples(
      tile.count, from: tile.drawing(architecture, pass, seed: seed), like: tile.x)
    return outputs(tile, samples, hasDensity ? flow.logDensities(of: tile.x) : [])
  }

  public func outputsWithPullback(
    of tile: EventTile, _ pass: Pass
  ) throws(FlowError) -> (values: [Double], pullback: OutputPullback) {
    let flow = FlowPass(architecture, pass)
    let (samples, pullBackSamples) = try flow.preprocessedSamplesWithPullback(
      tile.count, from: tile.drawing(architecture, pass, seed: seed), like: tile.x)
    let density = hasDensity ? flow.logDensitiesWithPullback(of: tile.x) : nil
    let (dimension, width) = (dimension, outputCount)
    return (
      outputs(tile, samples.events, density?.values ?? []),
      { cotangents, gradient in
        var x̄ = Tile(features: dimension, like: tile.x)
        x̄.fill { feature, event in event < tile.count ? Scalar(cotangents[event * width + feature]) : 0 }
        pullBackSamples(x̄, Tile(features: 1, like: tile.x, filledWith: 0), &gradient)
        if let density { _ = density.pullback(tile.row { cotangents[($0 + 1) * width - 1] }, &gradient) }
      }
    )
  }

  private func outputs(_ tile: EventTile, _ samples: Tile, _ logDensities: [Double]) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(tile.count * outputCount)
    for event in 0..<tile.count {
      for feature in 0..<dimension { values.append(Double(samples[feature, event])) }
      for feature in 0..<dimension { values.append(Double(tile.x[feature, event])) }
      for feature in 0..<contextDimension { values.append(Double(tile.context![feature, event])) }
      if hasDensity { values.append(logDensities[event] + tile.logDeterminant(of: event)) }
    }
    return values
  }

  // MARK: Loss

  public func loss(of batch: OutputBatch) throws(FlowError) -> (value: Double, cotangents: [Double]) {
    let (count, width) = (batch.weights.count, outputCount)
    guard count >= criterion.leastEvents else {
      throw FlowError(
        .data,
        "\(criterion.text) compares pairs of points: it needs \(criterion.leastEvents) events or more at once, and got \(count); "
          + "take a larger batch size, or more validation events")
    }
    let points = joint(batch)
    let (distance, gradient) = try criterion.distance(
      SampleBatch(
        samples: points.samples, events: points.events, isPaired: contextDimension > 0,
        wantsGradient: batch.random != nil, workers: batch.workers))
    var (value, cotangents) = (distance, [Double](repeating: 0, count: batch.outputs.count))
    for (index, slope) in gradient.enumerated() where index % points.samples.dimension < dimension {
      let (event, feature) = index.quotientAndRemainder(dividingBy: points.samples.dimension)
      cotangents[event * width + feature] = slope
    }
    guard hasDensity else { return (value, cotangents) }
    for event in 0..<count {
      let (place, weight) = ((event + 1) * width - 1, likelihoodWeight * batch.weights[event])
      value -= weight * batch.outputs[place]
      cotangents[place] = -weight
    }
    return (value, cotangents)
  }

  /// Samples and events, each with its context behind it. Samples without a context weigh the same: they belong to no event.
  private func joint(_ batch: OutputBatch) -> (samples: PointCloud, events: PointCloud) {
    let (width, size) = (outputCount, dimension + contextDimension)
    func rows(from first: Int) -> [Double] {
      batch.weights.indices.flatMap { event in
        let start = event * width
        let context = batch.outputs[(start + 2 * dimension)..<(start + 2 * dimension + contextDimension)]
        return batch.outputs[(start + first)..<(start + first + dimension)] + context
      }
    }
    return (
      PointCloud(unchecked: rows(from: 0), dimension: size, weights: contextDimension > 0 ? batch.weights : nil),
      PointCloud(unchecked: rows(from: dimension), dimension: size, weights: batch.weights)
    )
  }
}
