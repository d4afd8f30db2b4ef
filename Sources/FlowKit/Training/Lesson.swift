/// How the steps of training see their events: with noise on them, weighted by how easy they are, or, at last, as they are.
struct Lesson: Sendable {
  /// The standard deviation of normal noise on each preprocessed column, of the events and then of the context; empty for none.
  var noise: [Scalar] = []
  /// By what the weight of the event at each place is multiplied; nil for 1.
  var factors: [Double]?

  /// The tile as the step sees it.
  func shown(_ tile: EventTile, _ random: EventRandom) -> EventTile {
    // The objective draws from other children.
    noise.isEmpty ? tile : tile.noisy(noise, random.child(1 << 20))
  }
}
