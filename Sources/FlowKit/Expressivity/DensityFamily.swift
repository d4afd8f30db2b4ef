/// Which densities the pattern of layers can reach with its base, when repeats, widths and bins grow.
public struct DensityFamily: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case axisAlignedGaussian = "axis-aligned Gaussian"
    case gaussian = "Gaussian"
    case independent
    case universal
    case notUniversal = "not universal"
    case unknown
  }

  public let kind: Kind
  /// The finding that names what limits the family; nil for `universal` and `unknown`.
  public let limit: Finding.Kind?
  /// The proof in a sentence.
  public let because: String
  public let source: String
  /// A density that cannot be reached, for a family that is not universal.
  public let witness: String?
  /// The sense of `universal` and its assumptions.
  public let assumptions: String?

  init(_ lanes: Lanes, base: BaseTraits) {
    self = Self.affine(lanes, base) ?? Self.universal(lanes) ?? Self.limited(lanes, base) ?? Self.unknown(lanes)
  }

  private init(
    _ kind: Kind, _ limit: Finding.Kind?, because: String, source: String = "", witness: String? = nil,
    assumptions: String? = nil
  ) {
    (self.kind, self.limit, self.because, self.source) = (kind, limit, because, source)
    (self.witness, self.assumptions) = (witness, assumptions)
  }

  // MARK: Affine maps

  private static func affine(_ lanes: Lanes, _ base: BaseTraits) -> DensityFamily? {
    guard lanes.isAffine else { return nil }
    let centre = lanes.shifts.allSatisfy { $0 } ? "" : ", of fixed mean"
    let source = "an affine image of a normal distribution is normal; Cholesky"
    let witness = "two separate clusters"
    if lanes.hasFixedEnds {
      return DensityFamily(
        lanes.any.isEmpty && base.isIndependent == true ? .independent : .notUniversal, .onlyAffine,
        because: "besides maps that are fixed, the layers only shift, turn and stretch", source: source,
        witness: witness)
    }
    guard base.isNormal else {
      let name = base.isIndependent == true && lanes.any.isEmpty ? Kind.independent : .notUniversal
      return DensityFamily(
        name, .onlyAffine, because: "an affine map only shifts, turns and stretches the base",
        source: "change of variables",
        witness: "a density that is no affine image of the base")
    }
    if lanes.dimension == 1, lanes.scales[0] {
      return DensityFamily(
        .gaussian, .onlyAffine, because: "an affine map of the normal base gives all normal densities\(centre)",
        source: source, witness: witness)
    }
    if base.isIndependent != true {
      return DensityFamily(
        .gaussian, .onlyAffine, because: "an affine map of a normal base of any covariance: all normal densities",
        source: source, witness: witness)
    }
    if lanes.any.isEmpty || !lanes.scales.contains(true) {
      let width = lanes.scales.contains(true) ? "" : " with the variances of the base"
      return DensityFamily(
        .axisAlignedGaussian, .onlyAffine,
        because: "the affine map does not mix: normal densities of independent coordinates\(width)\(centre)",
        source: source, witness: "a correlated normal density")
    }
    guard !lanes.hasUnknown, lanes.classes(of: lanes.linear).incomparable == nil else {
      return DensityFamily(
        .notUniversal, .onlyAffine, because: "an affine map of the normal base gives normal densities only",
        source: source,
        witness: witness)
    }
    return DensityFamily(
      .gaussian, .onlyAffine,
      because: "an affine map of the normal base: all normal densities\(centre) (a triangular factor gives each)",
      source: source, witness: witness)
  }

  // MARK: Universal patterns

  private static func universal(_ lanes: Lanes) -> DensityFamily? {
    guard let theorem = lanes.universality else { return nil }
    var assumptions = theorem.sense
    if let box = lanes.boxes.min(), theorem == .triangular || theorem == .splineCouplings,
      !(lanes.scales.allSatisfy { $0 } && lanes.shifts.allSatisfy { $0 })
    {
      assumptions += "; inside the splines' box of ±\(box), beyond which the map is the identity"
    }
    if let interval = lanes.intervals.min(), theorem == .triangular {
      assumptions +=
        "; of one layer inside ±\(interval), beyond which its maps are affine: another one can stretch any bounded set into it"
    }
    return DensityFamily(
      .universal, nil, because: theorem.statement, source: theorem.source, assumptions: assumptions)
  }

  // MARK: Limits

  private static func limited(_ lanes: Lanes, _ base: BaseTraits) -> DensityFamily? {
    let (classes, incomparable) = lanes.classes(of: lanes.any)
    if base.isIndependent == true, lanes.dimension > 1 {
      if lanes.any.isEmpty {
        return DensityFamily(
          .independent, .independent,
          because:
            "no coordinate's map depends on another, so the coordinates stay independent as they are in the base",
          source: "change of variables", witness: "a ring in any two coordinates")
      }
      if let (i, j) = incomparable {
        return DensityFamily(
          .notUniversal, .conditionallyIndependent,
          because: "x\(i) and x\(j) stay independent of each other, given the features that both depend on",
          source: "change of variables", witness: "a ring in x\(i) and x\(j)")
      }
    }
    let single = classes.filter { $0.count == 1 }.map { $0[0] }.filter { !lanes.opaque[$0] && !lanes.monotone[$0] }
    return rigid(single, lanes, base) ?? convex(single, lanes, base) ?? wholeMap(lanes, base)
  }

  /// A feature whose map is affine in itself.
  private static func rigid(_ single: [Int], _ lanes: Lanes, _ base: BaseTraits) -> DensityFamily? {
    guard base.isIndependent == true, let lane = single.first(where: { lanes.kinks[$0] == 0 }) else { return nil }
    let shape = base.isNormal ? "normal" : "a scaled copy of the base's coordinate"
    let isSource = lanes.any.columns(ofRow: lane).allSatisfy { $0 == lane }
    let given = isSource ? "the marginal of x\(lane)" : "x\(lane) given the features that its map depends on"
    return DensityFamily(
      .notUniversal, .affineConditionals,
      because: "each map of x\(lane) is affine in x\(lane), so \(given) stays \(shape)",
      source: "change of variables; Papamakarios, Pavlakou & Murray 2017 (arXiv:1705.07057)",
      witness: base.isNormal
        ? "a mixture of two normal densities, far apart, in x\(lane) alone"
        : "a density of x\(lane) that is no scaled copy of the base's")
  }

  /// A feature whose map only ever bends one way.
  private static func convex(_ single: [Int], _ lanes: Lanes, _ base: BaseTraits) -> DensityFamily? {
    guard base.isNormal, let lane = single.first(where: { lanes.kinks[$0] == 1 || lanes.kinks[$0] == 2 }) else {
      return nil
    }
    let shape = lanes.kinks[lane] == 1 ? "convex" : "concave"
    return DensityFamily(
      .notUniversal, .convexConditionals,
      because: "z as a function of x\(lane) stays \(shape) up to its sign: each kink bends the same way, and so do "
        + "limits of such maps",
      source: "convexity is kept by increasing compositions; see the guide Expressivity",
      witness: "a Laplace density in x\(lane), whose map to a normal base is odd and not affine")
  }

  /// What all of the layers keep.
  private static func wholeMap(_ lanes: Lanes, _ base: BaseTraits) -> DensityFamily? {
    guard !lanes.hasUnknown, base.isNormal else { return nil }
    if lanes.isHomogeneous, base.isCentred {
      return DensityFamily(
        .notUniversal, .homogeneous,
        because: "f(tx) = t f(x) for t > 0, as no layer shifts: along each ray from the centre the density falls like "
          + "exp(-a r^2)",
        source: "homogeneity of linear maps and leaky ReLUs", witness: "a ring around the centre")
    }
    if lanes.hasConstantVolume {
      return DensityFamily(
        .notUniversal, .constantVolume,
        because: "log|det| is one constant, so log p(X) has the distribution that it has for the base, up to a shift "
          + "(variance D/2): not dense in Kullback-Leibler divergence",
        source: "Draxler et al. 2024 (arXiv:2402.06578)",
        witness: "a uniform density, whose log p(X) has variance 0")
    }
    return nil
  }

  private static func unknown(_ lanes: Lanes) -> DensityFamily {
    DensityFamily(
      .unknown, nil,
      because: lanes.hasUnknown
        ? "a layer does not declare what the analysis needs" : "no theorem covers this combination of layers")
  }
}
