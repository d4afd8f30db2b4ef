/// Leads columns of few values to the numbers of their values: z = k where x is the kth of `values`, ascending, k from 0 on.
///
/// ``Dequantize`` adds noise u to k, and the layers see a feature of the kind `categories` (``FeatureKind``). An event with another value has
/// probability 0. log|det| = 0: what a flow says of such a column is a probability. `flowctl fit --categories column,…`.
public struct CategoryIndex: Preprocessing {
  public static let layerName = "categories"
  /// The values of each feature, ascending; nil for features that are left alone.
  public let values: [[Double]?]

  private enum CodingKeys: CodingKey { case values }

  public init(values: [[Double]?]) {
    precondition(Self.areValues(values), "the values of a category are finite, different and ascending, 2 to 64")
    self.values = values
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(Self.areValues(values), "\(Self.layerName) has values that do not ascend")
  }

  private static func areValues(_ values: [[Double]?]) -> Bool {
    values.allSatisfy { values in
      values.map { counts ~= $0.count && $0.allSatisfy(\.isFinite) && zip($0, $0.dropFirst()).allSatisfy(<) } ?? true
    }
  }

  /// How many values a column of categories may have.
  public static let counts = FeatureKind.counts

  public var dimension: Int { values.count }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: false, signs: Array(repeating: 1, count: dimension))
  }

  public func kinds(of input: [FeatureKind]) -> [FeatureKind] {
    zip(values, input).map { values, kind in values.map { .categories($0.count) } ?? kind }
  }

  // MARK: Raw events, in Double

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { x, _, feature in
      values[feature].map { Double($0.firstIndex(of: x) ?? 0) } ?? x
    }
  }

  public func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { k, _, feature in
      values[feature].map { k >= 1 ? $0[Int(min(k, Double($0.count - 1)))] : $0[0] } ?? k
    }
  }

  /// The slope of what is left alone is 1; a value has none.
  public func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceEach(ofRows: dimension) { cotangent, _, feature in values[feature] == nil ? cotangent : 0 }
  }

  public var hasDifferentiableInverse: Bool { false }

  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    preconditionFailure("the derivative of a category was asked for; hasDifferentiableInverse is false")
  }

  public func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)] {
    undefinedEvents(in: rows) { x, feature in values[feature]?.contains(x) ?? true }
  }

  public func summary(columns: [String]) -> String {
    let named = columns.indices.compactMap { feature in
      values[feature].map { "\(columns[feature]) (\($0.count))" }
    }
    return "categories \(named.joined(separator: ", "))"
  }

  // MARK: Tiles: of numbers k already

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x), { values, _, _ in values })
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed { Transformed(z) }
}
