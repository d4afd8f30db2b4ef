/// The random numbers of the events of one tile: those of event number `first` and the ones after it.
///
/// The numbers of an event depend on (seed, purpose, part, event) alone: ten samples are the first ten of a hundred, and
/// training draws the same for any number of threads.
public struct EventRandom: Sendable {
  public let seed: UInt64
  public let first: Int
  private let purpose: RandomPurpose
  /// Which part of a product of bases draws: parts never share numbers.
  private let part: Int

  public init(seed: UInt64, purpose: RandomPurpose = .samples, first: Int = 0) {
    self.init(seed: seed, purpose: purpose, first: first, part: 0)
  }

  private init(seed: UInt64, purpose: RandomPurpose, first: Int, part: Int) {
    (self.seed, self.purpose, self.first, self.part) = (seed, purpose, first, part)
  }

  /// The random numbers of event number `first` + `event`.
  public func stream(of event: Int) -> RandomStream {
    RandomStream(seed: seed, purposeWord: purposeWord(), index: UInt64(first + event))
  }

  /// Numbers of their own for a part of what draws, such as one layer of a chain: its seed is a hash of this one and `index`
  /// (SplitMix64, Steele et al. 2014).
  public func child(_ index: Int) -> EventRandom {
    var hash = seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(index + 1)
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return EventRandom(seed: hash ^ hash >> 31, purpose: purpose, first: first, part: part)
  }

  /// The random numbers of the events from number `first` + `events` on.
  func advanced(by events: Int) -> EventRandom {
    EventRandom(seed: seed, purpose: purpose, first: first + events, part: part)
  }

  func part(_ part: Int) -> EventRandom { EventRandom(seed: seed, purpose: purpose, first: first, part: part) }

  /// The word of the counter that names the purpose, for kernels: the purpose, then 8 bits for one of several draws, then
  /// the part.
  func purposeWord(draw: UInt32 = 0) -> UInt32 { purpose.rawValue | draw << 8 | UInt32(part) << 16 }
}
