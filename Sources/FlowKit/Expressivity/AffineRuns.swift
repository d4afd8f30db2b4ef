/// A run of affine layers that a shorter stack replaces without loss: both reach exactly the same maps.
public struct CollapsibleRun: Sendable, Equatable, Encodable {
  /// The first and the last layer of the run.
  public let from, to: Int
  /// A layer list; the identity permutation where the run does nothing.
  public let equivalent: String
  public let parametersSaved: Int
}

/// The exact algebra of sets of affine maps.
enum AffineRuns {
  /// One affine layer, or several that were merged.
  struct Element {
    var group: AffineGroup
    var shift: Bool
    var range: ClosedRange<Int>
  }

  /// The runs that collapse.
  static func collapsible(_ layers: [DeclaredLayer], dimension: Int) -> [CollapsibleRun] {
    var found: [CollapsibleRun] = []
    var stack: [Element] = []
    func finish() {
      found += stack.compactMap { run($0, layers, dimension) }
      stack = []
    }
    for (index, layer) in layers.enumerated() {
      guard case .affine(let group, let shift) = layer.traits.kind else {
        finish()
        continue
      }
      stack.append(Element(group: group, shift: shift, range: index...index))
      reduce(&stack, dimension)
    }
    finish()
    return found
  }

  private static func reduce(_ stack: inout [Element], _ dimension: Int) {
    while true {
      if stack.count >= 2, let merged = merged(stack[stack.count - 2], stack.last!, dimension) {
        stack.replaceSubrange((stack.count - 2)..., with: [merged])
      } else if let all = alternating(stack, dimension) {
        stack.replaceSubrange((stack.count - all.count)..., with: [all.element])
      } else {
        return
      }
    }
  }

  /// The set of products of one matrix of each, where it is one of the groups.
  private static func merged(_ a: Element, _ b: Element, _ dimension: Int) -> Element? {
    guard let group = product(a.group, b.group, dimension) else { return nil }
    return Element(group: group, shift: a.shift || b.shift, range: a.range.lowerBound...b.range.upperBound)
  }

  /// First a, then b.
  static func product(_ a: AffineGroup, _ b: AffineGroup, _ dimension: Int) -> AffineGroup? {
    func times(_ s: [Int], _ t: [Int]) -> [Int] { zip(s, t).map { $0 * $1 } }
    switch (a, b) {
    case (.identity, let other), (let other, .identity): return other
    case (.general(let sign, true, _), let other), (let other, .general(let sign, true, _)):
      return .general(determinant: sign * other.determinantSign, isAll: true)
    case (.permutation(let first), .permutation(let second)):
      let both = second.map { first[$0] }
      return both == Array(both.indices) ? .identity : .permutation(both)
    case (.diagonal(let s), .diagonal(let t)), (.diagonal(let s), .fixedDiagonal(let t)),
      (.fixedDiagonal(let s), .diagonal(let t)):
      return .diagonal(signs: times(s, t))
    case (.lower(let s), .lower(let t)), (.lower(let s), .diagonal(let t)), (.diagonal(let s), .lower(let t)),
      (.lower(let s), .fixedDiagonal(let t)), (.fixedDiagonal(let s), .lower(let t)):
      return .lower(signs: times(s, t))
    case (.upper(let s), .upper(let t)), (.upper(let s), .diagonal(let t)), (.diagonal(let s), .upper(let t)),
      (.upper(let s), .fixedDiagonal(let t)), (.fixedDiagonal(let s), .upper(let t)):
      return .upper(signs: times(s, t))
    // LU: upper first; factors of its ends go into them.
    case (.upper(let s), .lower(let t)), (.lowerUpper(let s), .lower(let t)), (.upper(let s), .lowerUpper(let t)),
      (.lowerUpper(let s), .diagonal(let t)), (.diagonal(let s), .lowerUpper(let t)):
      return .lowerUpper(signs: times(s, t))
    case (.orthogonal(let j), .orthogonal(let k)):
      // Cartan-Dieudonné: D reflections, or D - 1 for the other parity, give all that more of them do.
      let total = j + k
      return .orthogonal(reflections: total <= dimension ? total : dimension - (total - dimension) % 2)
    default: return nil
    }
  }

  /// Four triangular factors in turn give every matrix of their determinant's sign (Strang 1997, "Every unit matrix is a
  /// LULU", and the diagonals). A layer `lu` is two of them.
  private static func alternating(_ stack: [Element], _ dimension: Int) -> (count: Int, element: Element)? {
    guard dimension > 1 else { return nil }
    var factors = 0
    // The side of the factor that comes after.
    var next: Bool?
    for (count, element) in stack.reversed().enumerated() {
      let (last, first): (Bool, Bool)
      switch element.group {
      case .lower: (last, first) = (true, true)
      case .upper: (last, first) = (false, false)
      // z = L(Ux): U first.
      case .lowerUpper: (last, first) = (true, false)
      default: return nil
      }
      guard next != last else { return nil }
      factors += first == last ? 1 : 2
      next = first
      guard factors >= 4 else { continue }
      let merged = stack.suffix(count + 1)
      let sign = merged.reduce(1) { $0 * $1.group.determinantSign }
      return (
        count + 1,
        Element(
          group: .general(determinant: sign, isAll: true), shift: merged.contains { $0.shift },
          range: merged.first!.range.lowerBound...stack.last!.range.upperBound)
      )
    }
    return nil
  }

  // MARK: As a layer list

  private static func run(_ element: Element, _ layers: [DeclaredLayer], _ dimension: Int) -> CollapsibleRun? {
    guard element.range.count > 1, let list = list(element, dimension) else { return nil }
    var random = RandomStream(seed: 0, purpose: .architecture)
    guard let parsed = try? LayerList(list).chain(dimension: dimension, using: &random) else { return nil }
    let given = layers[element.range].reduce(0) { $0 + $1.bijector.parameterCount }
    let saved = given - parsed.parameterCount
    guard saved >= 0, parsed.layers.count < element.range.count || element.group == .identity else { return nil }
    return CollapsibleRun(
      from: element.range.lowerBound, to: element.range.upperBound, equivalent: list, parametersSaved: saved)
  }

  /// Nil where no layer list says it.
  private static func list(_ element: Element, _ dimension: Int) -> String? {
    let shift = element.shift ? ",shift" : ""
    switch element.group {
    case .identity:
      return element.shift ? "shift" : "permute(\((0..<dimension).map(String.init).joined(separator: ",")))"
    case .permutation(let indices): return Permutation(indices).layerList + shift
    case .diagonal(let signs):
      let isPositive = signs.allSatisfy { $0 == 1 }
      if element.shift, isPositive { return "actnorm" }
      return Diagonal(dimension: dimension, signs: signs).layerList + shift
    case .lower(let signs): return LowerTriangular(dimension: dimension, signs: signs).layerList
    case .upper(let signs): return UpperTriangular(dimension: dimension, signs: signs).layerList
    case .lowerUpper(let signs): return LU(dimension: dimension, signs: signs).layerList
    case .orthogonal(let reflections): return "householder(\(reflections))" + shift
    case .general(let determinant, true, _): return determinant == 1 ? "qr" : "qr(determinant=-1)"
    default: return nil
    }
  }
}

// MARK: - The group of a whole chain

extension AffineGroup {
  /// The value of `group` in reports.
  public enum Name: String, Sendable {
    case identity, permutation, diagonal, lower, upper, orthogonal, general, other
  }

  func name(dimension: Int) -> Name {
    switch self {
    case .identity: .identity
    case .permutation(let indices): indices == Array(indices.indices) ? .identity : .permutation
    case .fixedDiagonal, .diagonal: .diagonal
    case .lower: dimension == 1 ? .diagonal : .lower
    case .upper: dimension == 1 ? .diagonal : .upper
    case .orthogonal(let reflections): reflections == 0 ? .identity : .orthogonal
    case .lowerUpper, .general: dimension == 1 ? .diagonal : .general
    }
  }

  /// The group of affine layers in succession. A reversal turns lower into upper, and is carried to the end.
  static func name(of groups: [AffineGroup], dimension: Int) -> Name {
    let reversal = Array((0..<dimension).reversed())
    var (result, isReversed) = (Name.identity, false)
    for group in groups {
      if case .permutation(reversal) = group, dimension > 1 {
        isReversed.toggle()
        continue
      }
      var name = group.name(dimension: dimension)
      if isReversed { name = name == .lower ? .upper : name == .upper ? .lower : name }
      if isReversed, name == .permutation {
        return groups.allPermute ? permutationName(groups, dimension) : .other
      }
      result = result.followed(by: name)
    }
    guard isReversed else { return groups.allPermute ? permutationName(groups, dimension) : result }
    switch result {
    case .identity, .permutation: return permutationName(groups, dimension)
    case .orthogonal, .general: return result
    default: return .other
    }
  }

  private static func permutationName(_ groups: [AffineGroup], _ dimension: Int) -> Name {
    var lanes = Array(0..<dimension)
    for case .permutation(let indices) in groups { lanes = indices.map { lanes[$0] } }
    return lanes == Array(0..<dimension) ? .identity : .permutation
  }
}

extension [AffineGroup] {
  fileprivate var allPermute: Bool {
    allSatisfy { group in
      switch group {
      case .identity, .permutation: true
      default: false
      }
    }
  }
}

extension AffineGroup.Name {
  /// First self, then `next`; `other` where the products fill no group of this list nor an open part of one.
  fileprivate func followed(by next: Self) -> Self {
    switch (self, next) {
    case (.identity, let name), (let name, .identity): name
    case (.general, _), (_, .general): .general
    case (let name, let same) where name == same: name
    case (.orthogonal, .permutation), (.permutation, .orthogonal): .orthogonal
    case (.diagonal, .lower), (.lower, .diagonal): .lower
    case (.diagonal, .upper), (.upper, .diagonal): .upper
    case (.lower, .upper), (.upper, .lower): .general
    // QR: orthogonal and triangular factors, if all of the orthogonal group is there; part of it otherwise.
    default: .other
    }
  }
}
