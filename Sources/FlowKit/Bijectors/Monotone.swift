internal import CFlowKernels

/// zᵢ = g(xᵢ) with one fixed, strictly increasing function g for all features; log|det| = Σᵢ log g′(xᵢ).
///
/// Both directions and log g′ are computed by formulas that stay accurate in the tails, such as
/// log σ′(x) = −log(1 + eˣ) − log(1 + e⁻ˣ). **Saturation**: a value that rounds to the border of the image, as σ(40) = 1
/// does in Float, becomes the nearest number inside, and an argument on the border of the domain (rounding can put it
/// there) is taken as the nearest inside. Results stay finite; what was lost by rounding stays lost, so that far in a
/// saturated tail the inverse leads back to where saturation starts. Events outside the domain have no density; a flow
/// checks that (`Architecture.eventsOutsideDomain`), this layer does not. Layer lists: `monotone(logit)`,
/// `monotone(sigmoid)`, …; see `Kind`.
public struct Monotone: InvertiblyDifferentiable {
  public static let layerName = "monotone"
  public let dimension: Int
  public let kind: Kind

  private enum CodingKeys: CodingKey { case dimension, kind }

  /// The functions g, in pairs that undo each other.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// 1 / (1 + e⁻ˣ), ℝ → (0, 1).
    case sigmoid
    /// log(x / (1 − x)), (0, 1) → ℝ.
    case logit
    /// log(1 + eˣ), ℝ → (0, ∞).
    case softplus
    /// log(eˣ − 1), (0, ∞) → ℝ.
    case softplusInverse = "softplus-inverse"
    /// ℝ → (0, ∞).
    case exp
    /// (0, ∞) → ℝ.
    case log
    /// ℝ → (−1, 1).
    case tanh
    /// (−1, 1) → ℝ.
    case atanh
    /// ℝ → ℝ, linear near 0 and logarithmic in both tails.
    case arcsinh
    /// ℝ → ℝ.
    case sinh

    public var inverse: Kind {
      switch self {
      case .sigmoid: .logit
      case .logit: .sigmoid
      case .softplus: .softplusInverse
      case .softplusInverse: .softplus
      case .exp: .log
      case .log: .exp
      case .tanh: .atanh
      case .atanh: .tanh
      case .arcsinh: .sinh
      case .sinh: .arcsinh
      }
    }

    public var domain: Interval {
      switch self {
      case .logit: Interval(0, 1)
      case .softplusInverse, .log: Interval(0, .infinity)
      case .atanh: Interval(-1, 1)
      case .sigmoid, .softplus, .exp, .tanh, .arcsinh, .sinh: .real
      }
    }

    /// g of an interval, within g of its domain.
    func image(of input: Interval) -> Interval {
      let whole = inverse.domain
      let lower = input.lower > domain.lower ? Double.monotone(self, input.lower) : whole.lower
      let upper = input.upper < domain.upper ? Double.monotone(self, input.upper) : whole.upper
      // Far in a tail both ends may round to the same number.
      return lower < upper ? Interval(lower, upper) : whole
    }
  }

  public init(dimension: Int, kind: Kind) {
    (self.dimension, self.kind) = (dimension, kind)
  }

  public var layerList: String { "\(Self.layerName)(\(kind.rawValue))" }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: false, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits {
    var traits = LayerTraits(.fixed)
    traits.inverse = .exact
    return traits
  }
  public var domain: [Interval] { Array(repeating: kind.domain, count: dimension) }
  public func image(of input: [Interval]) -> [Interval] { input.map { kind.image(of: $0) } }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    Self.applied(kind, to: x)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    Self.applied(kind.inverse, to: z)
  }

  private static func applied(_ kind: Kind, to x: consuming Tile) -> (value: Transformed, pullback: Pullback) {
    let input = x
    var logDeterminant = Tile(features: 1, like: input, filledWith: 0)
    let z = input.monotone(kind, addingTo: &logDeterminant)
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { values, logDeterminant, _ in
        var result = values
        result.pullBackMonotone(kind, at: input, logDeterminant: logDeterminant)
        return result
      }
    )
  }
}

extension Tile {
  fileprivate func monotone(_ kind: Monotone.Kind, addingTo logDeterminant: inout Tile) -> Tile {
    var result = Tile(features: features, like: self)
    flowkit_monotone(base, result.mutableBase(), logDeterminant.mutableBase(), features, width, kind.kernel)
    return result
  }

  /// Turns ∂L/∂output into ∂L/∂input.
  fileprivate mutating func pullBackMonotone(_ kind: Monotone.Kind, at input: Tile, logDeterminant: Tile) {
    checkShape(input)
    flowkit_monotone_pullback(mutableBase(), logDeterminant.base, input.base, features, width, kind.kernel)
  }
}

extension Double {
  /// g(x) by the kernel.
  fileprivate static func monotone(_ kind: Monotone.Kind, _ x: Double) -> Double {
    let arguments = [Double](repeating: x, count: 16)
    var (values, logSlopes) = (arguments, arguments)
    flowkit_monotone(arguments, &values, &logSlopes, 1, 16, kind.kernel)
    return values[0]
  }
}

extension Monotone.Kind {
  fileprivate var kernel: flowkit_monotone_kind {
    switch self {
    case .sigmoid: FLOWKIT_SIGMOID
    case .logit: FLOWKIT_LOGIT
    case .softplus: FLOWKIT_SOFTPLUS
    case .softplusInverse: FLOWKIT_SOFTPLUS_INVERSE
    case .exp: FLOWKIT_EXP
    case .log: FLOWKIT_LOG
    case .tanh: FLOWKIT_TANH
    case .atanh: FLOWKIT_ATANH
    case .arcsinh: FLOWKIT_ARCSINH
    case .sinh: FLOWKIT_SINH
    }
  }
}

extension Monotone: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let given = arguments.positionals()
    let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    guard given.count <= 1 else { throw arguments.error(given[1], "monotone takes one function of \(names)") }
    guard let kind = given.first.map({ Kind(rawValue: $0.value) }) ?? .arcsinh else {
      throw arguments.error(given[0], "monotone takes one of \(names)")
    }
    return Monotone(dimension: arguments.dimension, kind: kind)
  }
}
