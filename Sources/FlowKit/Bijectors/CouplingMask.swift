/// Which features of a coupling condition the others.
///
/// In layer lists `mask=halves` and so on, `mask=random`, which draws ⌊D/2⌋ features and keeps them, or the features
/// themselves, such as `mask=0+2+3`, or `mask=none`. One feature alone is transformed without condition by each of the named masks.
public enum CouplingMask: Sendable, Codable, Equatable {
  /// The first ⌊D/2⌋.
  case halves
  /// Those of odd index: 1, 3, 5, ….
  case alternate
  /// Those that `halves` transforms.
  case mirroredHalves
  /// Those that `alternate` transforms.
  case mirroredAlternate
  /// These, ascending.
  case explicit(features: [Int])

  private enum CodingKeys: CodingKey { case halves, alternate, mirroredHalves, mirroredAlternate, explicit }
  private enum ExplicitCodingKeys: CodingKey { case features }

  /// The masks by the name that layer lists give them.
  public static let named: [(name: String, mask: CouplingMask)] = [
    ("halves", .halves), ("alternate", .alternate), ("mirrored-halves", .mirroredHalves),
    ("mirrored-alternate", .mirroredAlternate),
  ]

  /// ⌊D/2⌋ features, each choice as likely.
  public static func random(dimension: Int, using random: inout RandomStream) -> CouplingMask {
    .explicit(features: random.permutation(of: dimension).prefix(dimension / 2).sorted())
  }

  var layerList: String {
    if case .explicit(let features) = self {
      return features.isEmpty ? "none" : features.map(String.init).joined(separator: "+")
    }
    return Self.named.first { $0.mask == self }!.name
  }

  func conditioning(dimension: Int) -> [Int] {
    switch self {
    case .halves: return Array(0..<(dimension / 2))
    case .alternate: return Array(stride(from: 1, to: dimension, by: 2))
    case .mirroredHalves: return dimension > 1 ? Array((dimension / 2)..<dimension) : []
    case .mirroredAlternate: return dimension > 1 ? Array(stride(from: 0, to: dimension, by: 2)) : []
    case .explicit(let features):
      precondition(
        zip(features, features.dropFirst()).allSatisfy(<) && features.allSatisfy((0..<dimension).contains),
        "the features that condition are ascending and from 0 to \(dimension - 1), got \(features)")
      return features
    }
  }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> CouplingMask {
    guard let argument = arguments.take("mask", positional: false) else { return .halves }
    if let mask = named.first(where: { $0.name == argument.value })?.mask { return mask }
    // One feature has no other to condition it, which no list of features says.
    if argument.value == "random" {
      return arguments.dimension == 1 ? .halves : random(dimension: arguments.dimension, using: &arguments.random)
    }
    if argument.value == "none" { return .explicit(features: []) }
    let texts = argument.value.split(separator: "+", omittingEmptySubsequences: false)
    let features = Set(texts.compactMap { Int($0) }.filter((0..<arguments.dimension).contains))
    guard features.count == texts.count, features.count < arguments.dimension else {
      throw arguments.error(
        argument,
        "mask takes one of \(named.map(\.name).joined(separator: ", ")), random, none, or the features that condition, "
          + "but not all of 0 to \(arguments.dimension - 1), such as 0+2")
    }
    return .explicit(features: features.sorted())
  }
}
