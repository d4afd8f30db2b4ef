// What follows from the abilities of the layers, and the classes of variables that it makes.

extension Lanes {
  /// Adds what commutators give; each rule is a step of the guide's derivation.
  mutating func close() {
    let hasEdges = !any.isEmpty
    if rotates, hasEdges || scales.contains(true) || monotone.contains(true) || hasTrainableKinks && hasShifts {
      // so(D) with one x₀∂₀ or one xⱼ∂ᵢ generates gl(D).
      linear = .full(dimension)
      scales = scales.map { _ in true }
    }
    if rotates { any = .full(dimension) }
    any.formUnion(linear)
    for lane in 0..<dimension where kinks[lane] == 3 && shifts[lane] && (scales[lane] || hasTrainableKinks) {
      (monotone[lane], scales[lane]) = (true, true)
    }
    for lane in 0..<dimension where monotone[lane] {
      // [xⱼ∂ᵢ, u∂ᵢ] = xⱼu′∂ᵢ, again and again: every f(xⱼ)u(xᵢ)∂ᵢ.
      for relation in [linear, additive, affine] { monotoneEdges.formUnion(row: lane, with: lane, of: relation) }
    }
    turnLinearEdges()
  }

  private var hasShifts: Bool { shifts.allSatisfy { $0 } }

  /// A linear edge against a nonlinear path is nonlinear: [xⱼ∂ᵢ, f(xᵢ)∂ⱼ] − xⱼf′∂ⱼ = −f(xᵢ)∂ᵢ, and so on.
  private mutating func turnLinearEdges() {
    guard !linear.isEmpty, !nonlinear.isEmpty else { return }
    while true {
      let reversed = nonlinear.transitiveClosure.transposed
      var added = linear.withoutDiagonal
      for index in added.words.indices { added.words[index] &= reversed.words[index] & ~nonlinear.words[index] }
      if added.isEmpty { return }
      affine.formUnion(added)
    }
  }

  /// Edges that change volume by a function of another variable.
  var nonlinear: BooleanMatrix {
    var result = affine
    result.formUnion(monotoneEdges)
    return result
  }

  /// Edges that a proof of universality may use.
  var known: BooleanMatrix {
    var result = nonlinear
    result.formUnion(linear)
    result.formUnion(additive)
    return result
  }

  /// The lanes in classes that reach each other, and a pair of lanes neither of which reaches the other.
  func classes(of relation: BooleanMatrix) -> (classes: [[Int]], incomparable: (Int, Int)?) {
    let reach = relation.transitiveClosure
    let back = reach.transposed
    let classOf = reach.classes
    var members: [Int: [Int]] = [:]
    for lane in 0..<dimension { members[classOf[lane], default: []].append(lane) }
    var both = reach
    both.formUnion(back)
    var incomparable: (Int, Int)?
    for i in 0..<dimension where incomparable == nil && both.count(ofRow: i) < dimension {
      incomparable = (i, (0..<dimension).first { !both[i, $0] }!)
    }
    return (members.keys.sorted().map { members[$0]! }, incomparable)
  }

  /// Whether a layer that cannot be trained away can be moved out of sight: every lane can be shifted to where the kinks
  /// are not.
  private var canAvoidKinks: Bool { !hasFixedKinks || hasShifts }

  /// Whether the pattern can approximate every density, and why.
  var universality: Theorem? {
    if hasTriangularLayer || (dimension == 1 && monotone[0] && !hasFixedKinks) { return .triangular }
    guard !hasUnknown, canAvoidKinks else { return nil }
    if let allFields { return allFields }
    let (classes, incomparable) = classes(of: known)
    guard incomparable == nil else { return nil }
    let flexible = nonlinear
    for lanes in classes {
      guard lanes.count > 1 ? isUniversal(lanes, flexible) : monotone[lanes[0]] else { return nil }
    }
    guard classes.contains(where: { $0.count > 1 }) else { return .triangularStack }
    if hasKinks, affine.isEmpty || !hasCouplings { return .leakyReLU }
    return monotoneEdges.isEmpty ? .affineCouplings : .splineCouplings
  }

  private var hasKinks: Bool { kinks.contains { $0 != 0 } }
  private var hasCouplings: Bool { !affine.isEmpty || !monotoneEdges.isEmpty }

  /// Whether the fields inside a class of mutually reaching lanes are all that there are.
  private func isUniversal(_ lanes: [Int], _ flexible: BooleanMatrix) -> Bool {
    if isConnected(lanes, flexible) { return true }
    // All matrices with determinant 1, and one field that is not linear: every ridge field.
    let bends = lanes.contains {
      kinks[$0] != 0 && shifts[$0] && scales[$0] || monotone[$0] && scales[$0] && shifts[$0]
    }
    let hasEdge = lanes.contains { i in lanes.contains { i != $0 && flexible[i, $0] } }
    return isConnected(lanes, linear) && (bends || hasEdge && lanes.allSatisfy { scales[$0] && shifts[$0] })
  }

  private func isConnected(_ lanes: [Int], _ relation: BooleanMatrix) -> Bool {
    let index = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1, $0) })
    let inside = BooleanMatrix(
      rows: lanes.map { lane in relation.columns(ofRow: lane).compactMap { index[$0] } })
    return inside.transitiveClosure.isFull
  }
}
