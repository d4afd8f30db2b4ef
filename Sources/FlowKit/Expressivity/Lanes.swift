/// What the layers of a pattern can do to each variable, when the pattern is repeated as often as one likes.
///
/// A *lane* is a variable followed through the permutations, named by the feature of x that it starts as. Matrices hold
/// [lane, source lane]. Each ability stands for vector fields whose flows the layers can approximate: a trainable layer
/// that can be the identity contributes its small motions, and compositions contribute sums and commutators. The guide
/// "Expressivity" derives the rules of `close()`.
struct Lanes {
  let dimension: Int
  /// Trainable shifts ∂ᵢ and scales xᵢ∂ᵢ.
  var shifts, scales: [Bool]
  /// u(xᵢ)∂ᵢ for every u: any increasing map of the lane.
  var monotone: [Bool]
  /// Whether a kink of the lane's map makes it convex (bit 1) or concave (bit 2).
  var kinks: [UInt8]
  /// Whether a kink cannot be trained away.
  var hasFixedKinks = false
  var hasTrainableKinks = false
  /// The lane's own map is not known.
  var opaque: [Bool]
  var touched: [Bool]
  /// a·xⱼ∂ᵢ, f(xⱼ)∂ᵢ, f(xⱼ)xᵢ∂ᵢ with the former, and f(xⱼ)u(xᵢ)∂ᵢ.
  var linear, additive, affine, monotoneEdges: BooleanMatrix
  /// Dependencies of any kind.
  var any: BooleanMatrix
  /// All rotations of the space.
  var rotates = false
  /// All continuous vector fields.
  var allFields: Theorem?
  /// A layer may be something that cannot be undone or left out.
  var hasUnknown = false
  /// Whether the first or the last layers are fixed nonlinear maps, which are left out here.
  var hasFixedEnds = false
  var isAffine = true
  var hasConstantVolume = true
  /// Whether f(λx) = λf(x) for λ > 0.
  var isHomogeneous = true
  /// One layer alone gives all triangular maps in one order.
  var hasTriangularLayer = false
  var boxes: [Double] = []
  /// Beyond which the maps of a layer are affine.
  var intervals: [Double] = []
  /// Where each lane's sign stands, 0 for unknown, and which lane is at each place.
  private var signs: [Int]
  private(set) var laneAt: [Int]

  init(_ layers: [DeclaredLayer], dimension: Int) {
    self.dimension = dimension
    let none = Array(repeating: false, count: dimension)
    (shifts, scales, monotone, opaque, touched) = (none, none, none, none, none)
    kinks = Array(repeating: 0, count: dimension)
    let empty = BooleanMatrix(size: dimension)
    (linear, additive, affine, monotoneEdges, any) = (empty, empty, empty, empty, empty)
    signs = Array(repeating: 1, count: dimension)
    laneAt = Array(0..<dimension)
    // Fixed maps at the ends are like preprocessing: composing with them keeps a family dense.
    let isFixed = layers.map { $0.traits.kind == .fixed }
    let inner = (isFixed.firstIndex(of: false) ?? 0)..<((isFixed.lastIndex(of: false) ?? -1) + 1)
    hasFixedEnds = inner.count < layers.count
    for layer in layers[inner] { add(layer) }
    if hasFixedEnds { touchAll() }
    repeatForever()
    close()
  }

  /// The lanes as rows and columns of a layer's pattern, beside the diagonal.
  private func edges(_ pattern: BooleanMatrix) -> BooleanMatrix { pattern.withoutDiagonal.relabelled(laneAt) }

  // MARK: One layer

  private mutating func add(_ layer: DeclaredLayer) {
    let traits = layer.traits
    let structure = layer.structure
    let pattern = traits.widePattern ?? structure.pattern
    isAffine = isAffine && structure.isAffine
    hasConstantVolume = hasConstantVolume && traits.hasConstantVolume
    boxes += traits.box.map { [$0] } ?? []
    intervals += traits.affineBeyond.map { [$0] } ?? []
    switch traits.kind {
    case .affine(let group, let shift): addAffine(group, shift: shift, pattern)
    case .scalar(let family, let transformed, let universal):
      isHomogeneous = false
      addScalar(family, transformed, universal: universal, pattern, hasBox: traits.box != nil)
    case .kink(let slope):
      hasFixedKinks = true
      for lane in 0..<dimension { bend(lane, convex: slope < 1) }
    case .trainableKink, .trainableBend:
      // A join of some width does not commute with scaling.
      if traits.kind == .trainableBend { isHomogeneous = false }
      hasTrainableKinks = true
      for lane in 0..<dimension { (kinks[lane], touched[lane]) = (3, true) }
    case .smallSteps, .continuousFlow:
      if traits.kind == .continuousFlow || allFields == nil {
        allFields = traits.kind == .continuousFlow ? .continuousFlow : .smallSteps
      }
      isHomogeneous = false
      shifts = shifts.map { _ in true }
      any = .full(dimension)
      touchAll()
    case .fixed, .unknown: addUnknown(pattern)
    }
  }

  private mutating func touchAll() { touched = touched.map { _ in true } }

  private mutating func bend(_ lane: Int, convex: Bool) {
    touched[lane] = true
    if signs[lane] == 0 { opaque[lane] = true }
    kinks[lane] |= convex == (signs[lane] > 0) ? 1 : 2
  }

  private mutating func addAffine(_ group: AffineGroup, shift: Bool, _ pattern: BooleanMatrix) {
    if shift {
      isHomogeneous = false
      shifts = shifts.map { _ in true }
      touchAll()
    }
    switch group {
    case .identity: return
    case .permutation(let indices):
      laneAt = indices.map { laneAt[$0] }
      return
    case .fixedDiagonal(let newSigns): multiplySigns(newSigns)
    case .diagonal(let newSigns), .lower(let newSigns), .upper(let newSigns):
      scales = scales.map { _ in true }
      multiplySigns(newSigns)
      linear.formUnion(edges(pattern))
    case .orthogonal(let reflections):
      if dimension == 1 {
        multiplySigns([reflections % 2 == 0 ? 1 : -1])
      } else if reflections > 0 {
        rotates = true
        signs = signs.map { _ in 0 }
      }
    case .lowerUpper, .general:
      scales = scales.map { _ in true }
      linear = .full(dimension)
      multiplySigns(dimension == 1 ? [group.determinantSign] : signs.map { _ in 0 })
    }
    touchAll()
  }

  private mutating func multiplySigns(_ factors: [Int]) {
    for (place, factor) in factors.enumerated() { signs[laneAt[place]] *= factor }
  }

  private mutating func addScalar(
    _ family: ScalarFamily, _ transformed: [Int], universal: Bool, _ pattern: BooleanMatrix, hasBox: Bool
  ) {
    let edges = edges(pattern)
    any.formUnion(edges)
    for lane in transformed.map({ laneAt[$0] }) {
      touched[lane] = true
      let isOpaque = family == .unknown || family == .bend
      if !isOpaque && !(family == .monotone && hasBox) { shifts[lane] = true }
      if family == .affine || (family == .monotone && !hasBox) { scales[lane] = true }
      if family == .monotone { monotone[lane] = true }
      if isOpaque { opaque[lane] = true }
    }
    switch family {
    case .shift: if universal { additive.formUnion(edges) } else { linear.formUnion(edges) }
    // A linear network can still shift linearly.
    case .affine: if universal { affine.formUnion(edges) } else { linear.formUnion(edges) }
    case .monotone:
      if universal { monotoneEdges.formUnion(edges) }
      if universal, transformed.count == dimension, pattern.isTotalOrder { hasTriangularLayer = true }
    case .bend, .unknown: hasUnknown = true
    }
  }

  private mutating func addUnknown(_ pattern: BooleanMatrix) {
    (hasUnknown, isHomogeneous) = (true, false)
    var pattern = pattern
    if let columns = pattern.transversal, columns != Array(0..<dimension) {
      laneAt = columns.map { laneAt[$0] }
      pattern = pattern.gathering(rows: Array(0..<dimension), columns: columns)
    }
    any.formUnion(edges(pattern))
    touchAll()
    opaque = opaque.map { _ in true }
  }

  // MARK: Repetition

  /// What the pattern does to lane σ(i) in its next repetition is what it did to lane i, where σ leads from a place to the
  /// lane that ended there.
  private mutating func repeatForever() {
    any.formUnion(linear)
    any.formUnion(additive)
    any.formUnion(affine)
    guard laneAt != Array(0..<dimension) || signs.contains(where: { $0 != 1 }) else { return }
    turnKinks()
    for path in [\Lanes.shifts, \.scales, \.monotone, \.opaque, \.touched] {
      for start in 0..<dimension where self[keyPath: path][start] {
        var lane = laneAt[start]
        while lane != start {
          self[keyPath: path][lane] = true
          lane = laneAt[lane]
        }
      }
    }
    for path in [\Lanes.linear, \.additive, \.affine, \.monotoneEdges, \.any] {
      self[keyPath: path] = self[keyPath: path].closed(under: laneAt)
    }
  }

  /// A lane of negative sign sees the kinks of the next repetition upside down.
  private mutating func turnKinks() {
    let (once, sign) = (kinks, signs)
    var placeOf = laneAt
    for (place, lane) in laneAt.enumerated() { placeOf[lane] = place }
    for start in 0..<dimension where kinks[start] != 3 {
      var (lane, turned) = (start, sign[start])
      // Twice around the cycle meets both signs.
      for round in 0..<2 {
        repeat {
          lane = placeOf[lane]
          if lane == start && round == 1 { break }
          let bits = once[lane]
          kinks[start] |= turned > 0 ? bits : (bits & 1) << 1 | (bits & 2) >> 1
          turned *= sign[lane]
        } while lane != start
      }
    }
  }
}
