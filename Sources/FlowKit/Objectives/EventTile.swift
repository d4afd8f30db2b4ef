/// The events that an objective sees at once: some of a batch, as the preprocessing left them. Events of weight 0 are not
/// among them: 0 · ∞ is no number.
public struct EventTile {
  /// D rows; what follows the events is padding that repeats the last one.
  public let x: Tile
  /// C rows, or nil without context.
  public let context: Tile?
  /// The number of events, without padding.
  public let count: Int
  /// The position in the batch from which they were taken: samples drawn for a tile are those of event `first` and after.
  public let first: Int
  private let data: TrainingData
  private let places: ArraySlice<Int32>
  private let divisor: Double

  /// - Parameters:
  ///   - places: where the events stand in `data`.
  ///   - first: the position of the first of them in the batch.
  ///   - divisor: the size of the batch.
  init?(_ data: TrainingData, _ places: ArraySlice<Int32>, first: Int, divisor: Double, _ pool: TilePool) {
    let places = data.hasWeights ? places.filter { data.relativeWeight($0) > 0 }[...] : places
    guard !places.isEmpty else { return nil }
    (self.data, self.places, self.first, self.divisor) = (data, places, first, divisor)
    (x, context) = data.tiles(places, pool)
    count = places.count
  }

  /// wᵢ / (w̄ N) with the training events' mean weight w̄ and the batch's size N: so the gradient of a minibatch is unbiased.
  public func weight(of event: Int) -> Double { data.relativeWeight(place(event)) / divisor }

  /// log|det| of the preprocessing of an event, which makes a density one of the data in their own units.
  public func logDeterminant(of event: Int) -> Double { data.logDeterminant(place(event)) }

  private func place(_ event: Int) -> Int32 { places[places.startIndex + event] }

  /// One row: `value` for each event, 0 for the padding.
  public func row(_ value: (_ event: Int) -> Double) -> Tile {
    var row = Tile(features: 1, like: x, filledWith: 0)
    row.withMutableRow(0) { row in
      for event in 0..<count { row[event] = Scalar(value(event)) }
    }
    return row
  }

  /// Random numbers for as many samples of a flow: those of the step or, in validation, the same after every epoch.
  func drawing(_ architecture: Architecture, _ pass: Pass, seed: UInt64) -> EventRandom {
    let random = pass.random ?? EventRandom(seed: seed, purpose: .samples, first: first)
    // The layers draw from the children before.
    return random.child(architecture.chain.layers.count + 2)
  }
}
