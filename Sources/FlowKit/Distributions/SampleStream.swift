/// Where a base draws from: event `first` and those after it, of the samples of `seed`.
///
/// The numbers of an event depend on (seed, part, event) alone: ten samples are the first ten of a hundred.
public struct SampleStream: Sendable {
  public let seed: UInt64
  public let first: Int
  /// Which part of a product draws: parts never share numbers.
  let part: Int

  public init(seed: UInt64, first: Int = 0) {
    self.init(seed: seed, first: first, part: 0)
  }

  private init(seed: UInt64, first: Int, part: Int) {
    (self.seed, self.first, self.part) = (seed, first, part)
  }

  /// The random numbers of event number `first` + `event`.
  public func random(for event: Int) -> RandomStream {
    RandomStream(seed: seed, purposeWord: purpose(), index: UInt64(first + event))
  }

  func part(_ part: Int) -> SampleStream { SampleStream(seed: seed, first: first, part: part) }

  /// The word of the counter that names the purpose, for the kernels: the samples', then 8 bits for one of several
  /// draws of a base, then the part.
  func purpose(draw: UInt32 = 0) -> UInt32 {
    RandomPurpose.samples.rawValue | draw << 8 | UInt32(part) << 16
  }
}
