/// A bijector without trainable parameters that maps raw events, still in Double, to those that the flow's layers see.
///
/// Raw values are mapped in Double so that a time stamp of 1.6e9 ± 100 s keeps its digits in a Float build. Rows are
/// events, row-major: N × D values. A conforming type maps rows; the maps of tiles follow from that.
///
/// `PreprocessingLaws` of `FlowKitTestSupport` proves for any preprocessing that both directions undo each other, and that
/// log-determinants and derivatives are right.
public protocol Preprocessing: Bijector {
  /// Maps events in place and adds the log|det ∂z/∂x| of each.
  ///
  /// - Parameter firstEvent: the number of the first event in its data; only a map that draws random numbers needs it.
  func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double])

  /// The inverse map, in place; adds the log|det ∂x/∂z| of each event.
  func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double])

  /// Turns ∂L/∂z (N × D) into ∂L/∂x in place: with the Jacobian J = ∂z/∂x, x̄ = Jᵀz̄ + w ∂log|det J|/∂x for each event.
  ///
  /// - Parameters:
  ///   - x: the rows that went into `forward`.
  ///   - weights: w, the cotangents of the log-determinants of `forward`.
  func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double])

  /// Whether the inverse has a derivative that leads anywhere, which ⌊x⌋ has not. By default, whether the type is
  /// `InvertiblyDifferentiable`.
  var hasDifferentiableInverse: Bool { get }

  /// Turns ∂L/∂x into ∂L/∂z in place, for x = f⁻¹(z). By default, it solves for the z̄ that `pullBack` would turn into the
  /// given x̄: D pullbacks and O(D³) per event.
  ///
  /// - Parameters:
  ///   - x: what `inverse` made of z.
  ///   - weights: w, the cotangents of the log-determinants of `inverse`.
  func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double])

  /// The events for which the map is not defined, each with the first feature at fault; by default those with a value
  /// outside `domain`. The map leads them to numbers without a meaning, and whoever scores them reports −∞.
  func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)]

  /// What the map does, in words, such as `logit of e (0..1)`; by default its name.
  func summary(columns: [String]) -> String
}

extension Preprocessing {
  /// What is an angle already is left alone.
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { input }

  /// Maps all events of their data.
  public func forward(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    forward(rows: &rows, firstEvent: 0, addingTo: &logDeterminants)
  }

  public var hasDifferentiableInverse: Bool { self is any InvertiblyDifferentiable }

  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    var ofWeights = [Double](repeating: 0, count: x.count)
    pullBack(&ofWeights, at: x, logDeterminants: weights)
    let none = [Double](repeating: 0, count: weights.count)
    let columns = (0..<dimension).map { feature in
      var column = x.indices.map { $0 % dimension == feature ? 1.0 : 0 }
      pullBack(&column, at: x, logDeterminants: none)
      return column
    }
    for start in stride(from: 0, to: x.count, by: dimension) {
      let transposedJacobian = DenseMatrix(rows: dimension, columns: dimension) { columns[$1][start + $0] }
      let right = (start..<(start + dimension)).map { cotangents[$0] - ofWeights[$0] }
      cotangents.replaceSubrange(start..<(start + dimension), with: transposedJacobian.solution(right))
    }
  }

  public func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)] {
    let domain = domain
    guard domain.contains(where: { $0 != .real }) else { return [] }
    return undefinedEvents(in: rows) { domain[$1].contains($0) }
  }

  func undefinedEvents(
    in rows: [Double], where isDefined: (_ x: Double, _ feature: Int) -> Bool
  ) -> [(event: Int, feature: Int)] {
    (0..<(rows.count / dimension)).compactMap { event in
      let start = event * dimension
      return (0..<dimension).first { !isDefined(rows[start + $0], $0) }.map { (event, $0) }
    }
  }

  public func summary(columns: [String]) -> String { Self.layerName }

  /// The map's name and the columns that it changes, where it leaves others alone.
  func summary(columns: [String], changed: (Int) -> Bool) -> String {
    let names = columns.indices.filter(changed).map { columns[$0] }
    return names.count == columns.count ? Self.layerName : "\(Self.layerName) \(names.joined(separator: ", "))"
  }
}

extension [Double] {
  /// Replaces each value of rows of `dimension` features.
  @inline(__always)
  mutating func replaceEach(
    ofRows dimension: Int, by value: (_ old: Double, _ event: Int, _ feature: Int) -> Double
  ) {
    withUnsafeMutableBufferPointer { rows in
      for event in 0..<(rows.count / dimension) {
        for feature in 0..<dimension {
          let place = event * dimension + feature
          rows[place] = value(rows[place], event, feature)
        }
      }
    }
  }

  /// Adds one number to all.
  mutating func add(_ number: Double) {
    for index in indices { self[index] += number }
  }
}
