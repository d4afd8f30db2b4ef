/// Makes columns of whole numbers k continuous: x = k + u with u uniform in (0, 1); ⌊x⌋ gives k back.
///
/// A density p of x then states a mass P(k) = ∫₀¹ p(k + u) du. The noise u of an event is a function of the seed and the
/// event's number in its data, the same whenever it is asked for (Philox, purpose `dequantization`), so that training
/// and scoring see log p(k + u) with that u; over many events its mean is a lower bound of the mean of log P(k)
/// (Jensen). Source: Theis, van den Oord & Bethge, "A note on the evaluation of generative models" (2016), section 3.1.
///
/// An event with another value than a whole number below 2⁵³ has mass 0. Tiles hold dequantized events: on them the map
/// is the identity. log|det| = 0. `flowctl fit --dequantize column,…`.
public struct Dequantize: Preprocessing, InvertiblyDifferentiable {
  public static let layerName = "dequantize"
  public let dimension: Int
  /// The features that hold whole numbers, ascending.
  public let features: [Int]
  public let seed: UInt64

  private enum CodingKeys: CodingKey { case dimension, features, seed }

  public init(dimension: Int, features: [Int], seed: UInt64) {
    precondition(
      features == Set(features).sorted() && features.allSatisfy { 0..<dimension ~= $0 }, "features \(features)")
    (self.dimension, self.features, self.seed) = (dimension, features, seed)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      features == Set(features).sorted() && features.allSatisfy { 0..<dimension ~= $0 },
      "\(Self.layerName) has features that are not ascending from 0 to \(dimension - 1)")
  }

  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: true, signs: Array(repeating: 1, count: dimension))
  }

  // MARK: Raw events, in Double

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    for event in logDeterminants.indices {
      var random = RandomStream(seed: seed, purpose: .dequantization, index: UInt64(firstEvent + event))
      for feature in features {
        let place = event * dimension + feature
        let k = rows[place]
        // Rounding must not lead to k or k + 1: ⌊x⌋ would be wrong, or a bound at k met.
        rows[place] = min(max(k + random.uniform(), k.nextUp), max((k + 1).nextDown, k))
      }
    }
  }

  public func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for feature in features { rows[start + feature].round(.down) }
    }
  }

  /// k ↦ k + u has slope 1.
  public func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {}

  /// ⌊x⌋ has slope 0, or none.
  public var hasDifferentiableInverse: Bool { features.isEmpty }

  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    precondition(hasDifferentiableInverse, "the derivative of ⌊x⌋ was asked for; hasDifferentiableInverse is false")
  }

  public func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)] {
    let isWhole = (0..<dimension).map(features.contains)
    return undefinedEvents(in: rows) { x, feature in
      !isWhole[feature] || x == x.rounded(.down) && abs(x) < 0x1p53
    }
  }

  public func summary(columns: [String]) -> String {
    "dequantize \(features.map { columns[$0] }.joined(separator: ", "))"
  }

  // MARK: Tiles

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x), { values, _, _ in values })
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    Transformed(z)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(z), { values, _, _ in values })
  }
}
