internal import CFlowKernels

/// What random numbers are for: streams of different purposes never overlap.
public enum RandomPurpose: UInt32, Sendable {
  case architecture = 1
  case parameters, split, shuffle, samples
  /// The random vectors of a trace estimate.
  case probes = 32
  /// What layers draw in training.
  case passes = 35
  /// The noise of dequantized columns.
  case dequantization = 33
  /// The rows from which quantiles are estimated.
  case quantiles = 34
  /// The events from which layers and bases start.
  case start = 36
  /// The chains that explore a target, and what is drawn from them.
  case exploration = 38
  /// The directions of sliced distances.
  case directions = 37
  /// Which events a broad component draws, and what it draws.
  case broadEvents = 40
  /// Ties among levels, and the points from which distances are measured.
  case calibration = 48
  /// Which rows of many a calibration reads.
  case calibrationRows = 49
  /// Which weighted rows stand for others.
  case weightedRows = 51
  /// The orders of contexts in a test of dependence on them.
  case contextOrders = 50
  /// Which member of an ensemble draws an event.
  case members = 44
  /// Which rows a test by permutation calls those of the first sample.
  case permutations = 60
  /// Which rows are compared, where there are more than a comparison takes.
  case rows = 61
  /// Which draws of a model a refinement keeps.
  case acceptance = 62
  /// Which rows a weight keeps.
  case weights = 63
}

/// The counter-based random numbers of (seed, purpose, index): Philox 4×32-10 (Salmon et al. 2011).
///
/// Any number of the stream can be computed without those before it, so results do not depend on the order or the
/// thread in which they are asked for. The key is the seed; the counter is (index, block, purpose).
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let purpose: UInt32
  private let index: UInt64
  private var block: UInt32 = 0
  private var pending: UInt64?

  public init(seed: UInt64, purpose: RandomPurpose, index: UInt64 = 0) {
    self.init(seed: seed, purposeWord: purpose.rawValue, index: index)
  }

  init(seed: UInt64, purposeWord: UInt32, index: UInt64) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    purpose = purposeWord
    self.index = index
  }

  public mutating func next() -> UInt64 {
    if let value = pending {
      pending = nil
      return value
    }
    // On the stack: an array for each block would cost more than the block.
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 10) { words in
      (words[4], words[5]) = (UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32))
      (words[6], words[7]) = (block, purpose)
      (words[8], words[9]) = key
      let base = words.baseAddress!
      flowkit_philox(base + 4, base + 8, base)
      block += 1
      pending = UInt64(words[3]) << 32 | UInt64(words[2])
      return UInt64(words[1]) << 32 | UInt64(words[0])
    }
  }

  /// Uniform in [0, 1), 53 bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal (Box & Muller 1958).
  mutating func normal() -> Double {
    (-2 * Double.log(1 - uniform())).squareRoot() * Double.cos(2 * .pi * uniform())
  }

  /// Uniform in 0 ..< bound, by the high half of a 128-bit product (Lemire 2019); its bias is below bound · 2⁻⁶⁴.
  public mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A random order of 0 ..< count (Fisher–Yates).
  public mutating func permutation(of count: Int) -> [Int] { permutation(of: count, as: Int.self) }

  /// The same order as numbers of another type.
  mutating func permutation<Index: FixedWidthInteger>(of count: Int, as type: Index.Type) -> [Index] {
    var order = Array(0..<Index(count))
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }

  /// One block of the generator: four words for a counter of four and a key of two.
  public static func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    precondition(counter.count == 4 && key.count == 2, "Philox 4×32 takes a counter of 4 words and a key of 2")
    var words = [UInt32](repeating: 0, count: 4)
    flowkit_philox(counter, key, &words)
    return words
  }
}
