/// Something about an architecture that its user should know, with its proof and a repair.
public struct Finding: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    // What the density family lacks.
    case onlyAffine = "only affine"
    case independent = "independent coordinates"
    case conditionallyIndependent = "conditionally independent"
    case affineConditionals = "affine conditionals"
    case convexConditionals = "convex conditionals"
    case homogeneous
    case constantVolume = "constant volume"
    // Plain mistakes.
    case couplingOfOneFeature = "coupling of one feature"
    case untransformed
    case unconditioned = "never conditioned on"
    case sameMask = "same mask"
    case undonePermutation = "undone permutation"
    case tooShallow = "too shallow"
    case fixedPermutation = "fixed permutation"
    case numericInverse = "numeric inverse"
    case collapsible
    case unusedContext = "unused context"
    case tornCircle = "torn circle"
    // With data given.
    case outsideBox = "outside the box"
    case fewEvents = "few events"
    case repeatedValues = "repeated values"
    // With an encoder before the flow.
    case notInvertible = "not invertible"
    // With an objective on samples.
    case onlyDensities = "only densities"

    /// Whether it names what the density family lacks.
    public var limitsDensity: Bool {
      switch self {
      case .onlyAffine, .independent, .conditionallyIndependent, .affineConditionals, .convexConditionals, .homogeneous,
        .constantVolume:
        true
      case .couplingOfOneFeature, .untransformed, .unconditioned, .sameMask, .undonePermutation, .tooShallow,
        .fixedPermutation, .numericInverse, .collapsible, .unusedContext, .tornCircle, .outsideBox, .fewEvents,
        .onlyDensities, .repeatedValues, .notInvertible:
        false
      }
    }

    /// Whether a fit warns: not of what costs time or accuracy alone.
    public var isWarning: Bool { self != .numericInverse && self != .fixedPermutation }
  }

  public let kind: Kind
  /// Indices into the expanded list.
  public let layers: [Int]
  public let says: String
  public let because: String
  public let source: String
  /// A layer list in which this finding is gone.
  public internal(set) var repair: String?
  /// What to do about data that show it.
  public let remedy: Remedy?

  init(
    _ kind: Kind, layers: [Int] = [], says: String, because: String, source: String = "", repair: String? = nil,
    remedy: Remedy? = nil
  ) {
    (self.kind, self.layers, self.says) = (kind, layers, says)
    (self.because, self.source, self.repair, self.remedy) = (because, source, repair, remedy)
  }
}

extension Finding {
  /// What the layers themselves show, without data.
  static func all(
    _ result: Expressivity, _ layers: [DeclaredLayer], _ lanes: Lanes, _ chain: Chain
  ) -> [Finding] {
    let walk = MaskWalk(layers, dimension: chain.dimension)
    var findings: [Finding?] = [limit(result.density)]
    findings += [oneFeature(layers, chain), untransformed(result), unconditioned(result, lanes, walk)]
    findings += [sameMask(walk), undone(walk), tooShallow(result, lanes)]
    findings += [fixedPermutation(layers), numeric(layers)]
    findings += result.collapsible.filter { $0.parametersSaved > 0 }.map { collapsed($0) }
    findings.append(unusedContext(layers, chain))
    return findings.compactMap { $0 }
  }

  private static func limit(_ density: DensityFamily) -> Finding? {
    guard let limit = density.limit else { return nil }
    let family = density.kind == .notUniversal ? "not every density" : "\(density.kind.rawValue) densities only"
    return Finding(
      limit,
      says: "\(family), however often this is repeated: never \(density.witness ?? "")",
      because: density.because, source: density.source)
  }

  private static func oneFeature(_ layers: [DeclaredLayer], _ chain: Chain) -> Finding? {
    guard chain.dimension == 1, chain.contextDimension == 0 else { return nil }
    let couplings = layers.indices.filter { layers[$0].traits.isCoupling }
    guard !couplings.isEmpty else { return nil }
    return Finding(
      .couplingOfOneFeature, layers: couplings, says: "a coupling of one feature conditions on nothing",
      because: "with D = 1 no feature is left to condition on: the network gives constants")
  }

  private static func untransformed(_ result: Expressivity) -> Finding? {
    guard !result.untransformed.isEmpty, !result.layers.isEmpty else { return nil }
    return Finding(
      .untransformed,
      says: "\(names(result.untransformed)): no layer changes \(result.untransformed.count == 1 ? "it" : "them")",
      because: "these features reach the base as they are, in one place or another")
  }

  private static func unconditioned(_ result: Expressivity, _ lanes: Lanes, _ walk: MaskWalk) -> Finding? {
    guard !walk.couplings.isEmpty, result.density.kind != .universal || result.mixing.kind == .partial else {
      return nil
    }
    let uses = lanes.any.withoutDiagonal.transposed
    let unused = (0..<result.dimension).filter { uses.count(ofRow: $0) == 0 }
    guard !unused.isEmpty, unused.count < result.dimension else { return nil }
    return Finding(
      .unconditioned, layers: walk.couplings, says: "\(names(unused)): no other feature's map ever depends on this",
      because: "the permutations and masks never bring it among the features that condition")
  }

  private static func sameMask(_ walk: MaskWalk) -> Finding? {
    guard !walk.repeated.isEmpty else { return nil }
    return Finding(
      .sameMask, layers: walk.repeated,
      says: "these layers transform the same features given the same others as the one before",
      because: "two such layers in succession are one of the same kind, or nearly: depth without mixing")
  }

  private static func undone(_ walk: MaskWalk) -> Finding? {
    guard !walk.undone.isEmpty else { return nil }
    return Finding(
      .undonePermutation, layers: walk.undone, says: "these permutations do nothing, or undo the one before",
      because: "their product is the identity")
  }

  private static func tooShallow(_ result: Expressivity, _ lanes: Lanes) -> Finding? {
    guard result.density.kind == .universal, result.dimension > 1, result.mixing.kind != .full,
      lanes.any.transitiveClosure.isFull
    else { return nil }
    let missing = result.mixing.missing
    let pair = missing[0]
    return Finding(
      .tooShallow,
      says:
        "\(missing.count) of \(result.dimension * result.dimension) dependencies are missing, such as z\(pair[0]) on x\(pair[1])",
      because: "repeated, the pattern mixes all features; this many layers do not")
  }

  private static func fixedPermutation(_ layers: [DeclaredLayer]) -> Finding? {
    let indices = layers.indices.filter {
      if case .affine(.general(_, _, true), _) = layers[$0].traits.kind { true } else { false }
    }
    guard !indices.isEmpty else { return nil }
    return Finding(
      .fixedPermutation, layers: indices, says: "the drawn permutation of plu cannot be trained; qr needs none",
      because:
        "for one P the matrices PLU are an open dense part of the invertible ones, badly conditioned near its edge; "
        + "PLU over all P is everything, but P is not trained by gradient",
      source:
        "Golub & Van Loan, Matrix Computations, section 3.4; Tomczak & Welling 2016 (arXiv:1611.09630) on reflections")
  }

  private static func numeric(_ layers: [DeclaredLayer]) -> Finding? {
    let indices = layers.indices.filter { layers[$0].traits.inverse == .numeric }
    guard !indices.isEmpty else { return nil }
    return Finding(
      .numericInverse, layers: indices,
      says: "the inverse of these layers is a search: sampling is slower than scoring",
      because: "they have no closed inverse")
  }

  private static func collapsed(_ run: CollapsibleRun) -> Finding {
    Finding(
      .collapsible, layers: Array(run.from...run.to),
      says:
        "layers \(run.from) to \(run.to) are one affine map: \(run.equivalent) reaches the same, with \(run.parametersSaved) parameters less",
      because: "the products of their matrices fill the group of the shorter stack, no more and no less",
      source: "Strang 1997, Every unit matrix is a LULU, for alternating triangles; group closure for the others")
  }

  private static func unusedContext(_ layers: [DeclaredLayer], _ chain: Chain) -> Finding? {
    guard chain.contextDimension > 0, layers.allSatisfy({ $0.bijector.contextDimension == 0 }) else { return nil }
    return Finding(
      .unusedContext, says: "no layer looks at the context: p(x | c) = p(x)",
      because: "every layer has context dimension 0")
  }

  static func names(_ features: [Int]) -> String {
    let shown = features.prefix(8).map { "x\($0)" }.joined(separator: ", ")
    return features.count > 8 ? "\(shown) and \(features.count - 8) more" : shown
  }
}

/// Couplings, masks and permutations as they follow each other.
struct MaskWalk {
  /// Layers that transform some features given others.
  private(set) var couplings: [Int] = []
  /// Layers whose mask is that of the coupling before them.
  private(set) var repeated: [Int] = []
  private(set) var undone: [Int] = []

  init(_ layers: [DeclaredLayer], dimension: Int) {
    let identity = Array(0..<dimension)
    var lanes = identity
    var last: (edges: BooleanMatrix, transformed: [Int])?
    var before: (index: Int, indices: [Int])?
    for (index, layer) in layers.enumerated() {
      let traits = layer.traits
      if case .affine(.permutation(let indices), _) = traits.kind {
        let isDrawn = (layer.bijector as? Permutation)?.isRandom == true
        if dimension > 1, !isDrawn, indices == identity { undone.append(index) }
        if let given = before, indices != identity, indices.map({ given.indices[$0] }) == identity {
          undone += [given.index, index]
          before = nil
        } else {
          before = (index, indices)
        }
        lanes = indices.map { lanes[$0] }
        // A draw may repeat a mask by chance.
        if isDrawn { last = nil }
        continue
      }
      before = nil
      let edges = layer.structure.pattern.withoutDiagonal
      guard !edges.isEmpty else { continue }
      guard case .scalar(let family, let transformed, _) = traits.kind else {
        last = nil
        continue
      }
      if transformed.count < dimension { couplings.append(index) }
      let mask = (edges.relabelled(lanes), transformed.map { lanes[$0] }.sorted())
      if let last, last == mask, transformed.count < dimension || family == .affine || family == .shift {
        repeated.append(index)
      }
      last = mask
    }
  }
}
