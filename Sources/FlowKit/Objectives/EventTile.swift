/// The events that an objective sees at once: some of a batch, as the preprocessing left them. Events of weight 0 are not
/// among them: 0 · ∞ is no number.
public struct EventTile {
  /// D rows; what follows the events is padding that repeats the last one.
  public private(set) var x: Tile
  /// C rows, or nil without context.
  public private(set) var context: Tile?
  /// The number of events, without padding.
  public let count: Int
  /// The position in the batch from which they were taken: samples drawn for a tile are those of event `first` and after.
  public let first: Int
  private let data: TrainingData
  private let places: ArraySlice<Int32>
  private let divisor: Double
  private let factors: [Double]?

  /// - Parameters:
  ///   - places: where the events stand in `data`.
  ///   - first: the position of the first of them in the batch.
  ///   - divisor: the size of the batch.
  ///   - factors: by what the weight of the event at each place is multiplied; nil for 1.
  init?(
    _ data: TrainingData, _ places: ArraySlice<Int32>, first: Int, divisor: Double, factors: [Double]? = nil,
    _ pool: TilePool
  ) {
    let places = data.hasWeights ? places.filter { data.relativeWeight($0) > 0 }[...] : places
    guard !places.isEmpty else { return nil }
    (self.data, self.places, self.first, self.divisor) = (data, places, first, divisor)
    self.factors = factors
    (x, context) = data.tiles(places, pool)
    count = places.count
  }

  /// wᵢ / (w̄ N) with the training events' mean weight w̄ and the batch's size N: so the gradient of a minibatch is unbiased.
  public func weight(of event: Int) -> Double {
    data.relativeWeight(place(event)) * (factors?[Int(place(event))] ?? 1) / divisor
  }

  /// log|det| of the preprocessing of an event, which makes a density one of the data in their own units.
  public func logDeterminant(of event: Int) -> Double { data.logDeterminant(place(event)) }

  /// Where an event stands in the training data.
  func place(_ event: Int) -> Int32 { places[places.startIndex + event] }

  /// One row: `value` for each event, 0 for the padding.
  public func row(_ value: (_ event: Int) -> Double) -> Tile {
    var row = Tile(features: 1, like: x, filledWith: 0)
    row.withMutableRow(0) { row in
      for event in 0..<count { row[event] = Scalar(value(event)) }
    }
    return row
  }

  /// The same events with normal noise of these deviations on the columns of the events and of the context.
  func noisy(_ deviations: [Scalar], _ random: EventRandom) -> EventTile {
    var noise = Tile(features: deviations.count, like: x)
    StandardNormal(dimension: deviations.count).sample(into: &noise, Parameters([]), from: random)
    noise.repeatEvent(count - 1)
    noise.scaleRows(by: Parameters(deviations))
    var result = self
    result.x.add(noise.rows(0..<x.features))
    if let context { result.context!.add(noise.rows(x.features..<(x.features + context.features))) }
    return result
  }

  /// Random numbers for as many samples of a flow: those of the step or, in validation, the same after every epoch.
  func drawing(_ architecture: Architecture, _ pass: Pass, seed: UInt64) -> EventRandom {
    let random = pass.random ?? EventRandom(seed: seed, purpose: .samples, first: first)
    // The layers draw from the children before.
    return random.child(architecture.chain.layers.count + 2)
  }
}
