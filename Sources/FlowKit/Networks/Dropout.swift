internal import CFlowKernels

// Dropout (Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, JMLR 15, 2014): in training a hidden unit is 0 with
// probability p and else multiplied by 1/(1 − p), which keeps its mean, so that nothing is left to do elsewhere.

extension Tile {
  /// By what dropout multiplies `features` units of the events of `other`: 0 with probability `rate`, else 1/(1 − rate).
  ///
  /// One number per event and unit, from the event's random numbers: neither the tile nor the thread matters. Layers of one
  /// network draw from different parts, `random.child(0)`, `random.child(1)` and so on.
  ///
  /// - Parameter rate: p, at least 0 and below 1; exact to 2⁻³².
  public init(dropout rate: Double, features: Int, like other: Tile, from random: EventRandom) {
    precondition(0 <= rate && rate < 1, "a unit is dropped with a probability from 0 to below 1, got \(rate)")
    self.init(features: features, like: other)
    flowkit_dropout_fill(
      mutableBase(), features, width, random.seed, random.purposeWord(), UInt64(random.first),
      UInt32(min(rate * 0x1p32, 0x1p32 - 1)), Scalar(1 / (1 - rate)))
  }
}
