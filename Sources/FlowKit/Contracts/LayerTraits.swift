/// What a bijector declares beyond its Jacobian's pattern, for the expressivity analysis, which never guesses: what is not
/// declared is unknown.
public struct LayerTraits: Sendable, Equatable {
  /// What kind of map it is.
  public var kind: Kind
  /// Whether |z| ≤ C (1 + |x|) and |x| ≤ C (1 + |z|) for some C that depends on θ.
  public var growsLinearly = false
  /// A bound, for every θ, on the Lipschitz constant of forward, and of the inverse (the generative direction).
  public var lipschitz: (forward: Double?, inverse: Double?) = (nil, nil)
  /// How the inverse is computed.
  public var inverse = InverseKind.unknown
  /// Whether log|det| is the same for all events.
  public var hasConstantVolume = false
  /// B, where the map is the identity outside [−B, B].
  public var box: Double?
  /// B, where the map is affine outside [−B, B], by a slope that is trained.
  public var affineBeyond: Double?
  /// Whether it leaves some features as they are, on which the map of the others is conditioned.
  public var isCoupling = false
  /// The pattern as the width grows, where `structure` is that of too few units.
  public var widePattern: BooleanMatrix?

  public init(_ kind: Kind) { self.kind = kind }

  /// Nothing is known.
  public static let unknown = LayerTraits(.unknown)

  public enum Kind: Sendable, Equatable {
    /// z = Ax + b with A from `group`; `shift` where b is trainable for each feature.
    case affine(AffineGroup, shift: Bool)
    /// zᵢ = g(xᵢ; φᵢ) for the features `transformed`, where φᵢ is a function of the features that the pattern lists
    /// beside i, and the others pass unchanged. `universal`: φᵢ can be any continuous function as the width grows.
    case scalar(ScalarFamily, transformed: [Int], universal: Bool)
    /// zᵢ = xᵢ above 0 and slope · xᵢ below, a fixed slope.
    case kink(slope: Double)
    /// The same with trainable slopes above 0.
    case trainableKink
    /// The same with a smooth join of the slopes, whose width is trained, too.
    case trainableBend
    /// zᵢ = g(xᵢ) with nothing to train.
    case fixed
    /// x + εv(x), in the limit of small ε any v of a family whose sums are dense in the continuous vector fields:
    /// residual and planar layers.
    case smallSteps
    /// The flow of a field that depends on time, any one as the width of its network grows.
    case continuousFlow
    case unknown
  }

  public enum InverseKind: Sendable, Equatable { case exact, numeric, unknown }

  public static func == (a: LayerTraits, b: LayerTraits) -> Bool {
    a.kind == b.kind && a.growsLinearly == b.growsLinearly && a.lipschitz == b.lipschitz && a.inverse == b.inverse
      && a.hasConstantVolume == b.hasConstantVolume && a.box == b.box && a.affineBeyond == b.affineBeyond
      && a.isCoupling == b.isCoupling && a.widePattern == b.widePattern
  }
}

/// The set of matrices A that an affine layer reaches, and the shape of a composition of such layers.
public enum AffineGroup: Sendable, Equatable {
  case identity
  case permutation([Int])
  /// Constants, not trained.
  case fixedDiagonal(signs: [Int])
  /// All diagonal matrices of these signs.
  case diagonal(signs: [Int])
  /// All triangular matrices with these signs on the diagonal.
  case lower(signs: [Int])
  case upper(signs: [Int])
  /// Products LU of a unit lower and an upper triangular matrix with these signs on the diagonal.
  case lowerUpper(signs: [Int])
  /// Products of k reflections, of determinant (−1)ᵏ.
  case orthogonal(reflections: Int)
  /// Invertible matrices whose determinant has this sign: all of them, or an open dense part.
  case general(determinant: Int, isAll: Bool, fixedPermutation: Bool = false)
}

/// A family of strictly monotone maps ℝ → ℝ, as the analysis sees it.
public enum ScalarFamily: Sendable, Equatable {
  /// y = x + t.
  case shift
  /// y = x exp(s) + t.
  case affine
  /// Every continuous increasing map can be approximated, on the box where there is one.
  case monotone
  /// One bend between two slopes, of which the lower is trained.
  case bend
  case unknown
}

extension LayerTraits {
  /// An affine layer that is trained without restriction; exact inverse.
  public static func affine(_ group: AffineGroup, shift: Bool) -> LayerTraits {
    var traits = LayerTraits(.affine(group, shift: shift))
    (traits.growsLinearly, traits.inverse, traits.hasConstantVolume) = (true, .exact, true)
    switch group {
    case .identity, .permutation, .orthogonal: traits.lipschitz = (1, 1)
    default: break
    }
    return traits
  }

  /// A layer of scalar maps whose inverse costs no search, φ given by a network that grows at most linearly.
  public static func scalar(
    _ family: ScalarFamily, transformed: [Int], universal: Bool = true, box: Double? = nil
  ) -> LayerTraits {
    var traits = LayerTraits(.scalar(family, transformed: transformed, universal: universal))
    (traits.growsLinearly, traits.inverse, traits.box) = (family != .unknown, .exact, box)
    traits.hasConstantVolume = family == .shift
    return traits
  }

  /// The same of `map`, with φ given by `conditioner`, or trained directly where there is none; angles and categories make it unknown.
  static func scalar(
    of map: some ScalarMap, kinds: [FeatureKind]?, transformed: [Int], conditioner: (any Conditioner)?
  ) -> LayerTraits {
    var traits = scalar(
      kinds == nil ? map.family : .unknown, transformed: transformed, universal: conditioner?.isUniversal ?? true,
      box: map.box)
    traits.affineBeyond = map.affineBeyond
    if map.isInvertedBySearch { traits.inverse = .numeric }
    // A constant φ bounds the slopes.
    if let conditioner, !conditioner.growsLinearly || !map.hasBoundedSlopes { traits.growsLinearly = false }
    return traits
  }

  public static func kink(slope: Double) -> LayerTraits {
    var traits = slope == 1 ? affine(.identity, shift: false) : LayerTraits(.kink(slope: slope))
    (traits.growsLinearly, traits.inverse) = (true, .exact)
    traits.lipschitz = (max(1, slope), max(1, 1 / slope))
    return traits
  }

  /// - Parameter smooth: whether the slopes are joined smoothly.
  public static func trainableKink(smooth: Bool = false) -> LayerTraits {
    var traits = LayerTraits(smooth ? .trainableBend : .trainableKink)
    (traits.growsLinearly, traits.inverse) = (true, .exact)
    return traits
  }

  /// A layer x + g(x) that is inverted by a search.
  ///
  /// - Parameter lipschitz: a bound below 1 on that of g, where one holds for every θ.
  public static func smallSteps(lipschitz: Double?) -> LayerTraits {
    var traits = LayerTraits(.smallSteps)
    (traits.growsLinearly, traits.inverse) = (true, .numeric)
    if let lipschitz { traits.lipschitz = (1 + lipschitz, 1 / (1 - lipschitz)) }
    return traits
  }

  /// The flow of a differential equation with a field of linear growth.
  public static var continuousFlow: LayerTraits {
    var traits = LayerTraits(.continuousFlow)
    // The inverse is the same equation: as dear as the forward, and as exact.
    (traits.growsLinearly, traits.inverse) = (true, .exact)
    return traits
  }

  /// Those of the inverse map.
  public var inverted: LayerTraits {
    var result = self
    result.lipschitz = (lipschitz.inverse, lipschitz.forward)
    result.widePattern = widePattern?.inverted
    switch kind {
    case .affine(.permutation(let indices), let shift):
      var back = indices
      for (i, index) in indices.enumerated() { back[index] = i }
      result.kind = .affine(.permutation(back), shift: shift)
    case .kink(let slope): result.kind = .kink(slope: 1 / slope)
    default: break
    }
    return result
  }
}

/// What a base distribution declares for the analysis.
public struct BaseTraits: Sendable, Equatable {
  public var isNormal = false
  /// Whether it is N(0, I).
  public var isCentred = false
  /// Whether its coordinates are independent; nil where unknown.
  public var isIndependent: Bool?
  /// Of each coordinate: whether its moment-generating function is infinite but at 0; nil where unknown.
  public var isHeavy: [Bool?]
  /// Whether its density is above 0 everywhere.
  public var fillsSpace: Bool

  public init(dimension: Int, isNormal: Bool = false, isIndependent: Bool?, isHeavy: Bool?, fillsSpace: Bool = true) {
    (self.isNormal, self.isIndependent, self.fillsSpace) = (isNormal, isIndependent, fillsSpace)
    self.isHeavy = Array(repeating: isHeavy, count: dimension)
  }

  public static func unknown(_ dimension: Int) -> BaseTraits {
    BaseTraits(dimension: dimension, isIndependent: nil, isHeavy: nil)
  }
}

extension AffineGroup {
  /// The sign of the determinant of its matrices.
  var determinantSign: Int {
    switch self {
    case .identity: 1
    case .permutation(let indices): indices.permutationSign
    case .fixedDiagonal(let signs), .diagonal(let signs), .lower(let signs), .upper(let signs), .lowerUpper(let signs):
      signs.reduce(1, *)
    case .orthogonal(let reflections): reflections % 2 == 0 ? 1 : -1
    case .general(let determinant, _, _): determinant
    }
  }
}
