/// A target that comes with FlowKit, for trying and for comparing methods.
public struct BuiltInTarget: Sendable {
  /// As it is written: `funnel(10)`.
  public let name: String
  public let summary: String
  public let density: any TargetDensity
  /// log Z, where it is known.
  public let logNormalizer: Double?

  /// A family of targets: one line adds one.
  private struct Family {
    let name: String
    let summary: String
    /// D where none is given; nil where it cannot be chosen.
    let dimension: Int?
    var isPossible: @Sendable (Int) -> Bool = { $0 >= 2 }
    var requirement = "at least 2"
    let make: @Sendable (Int) -> any TargetDensity
    let logNormalizer: @Sendable (Int) -> Double?
  }

  private static let families = [
    Family(
      name: "funnel", summary: "Neal's funnel: a scale over nine powers of e", dimension: 10,
      make: { Funnel(dimension: $0) }, logNormalizer: { _ in 0 }),
    Family(
      name: "banana", summary: "a bent normal density", dimension: 2,
      make: { Banana(dimension: $0) }, logNormalizer: { _ in 0 }),
    Family(
      name: "many-well", summary: "2^(D/2) modes of unequal weight", dimension: 32,
      isPossible: { $0 >= 2 && $0.isMultiple(of: 2) }, requirement: "even and at least 2",
      make: { ManyWell(dimension: $0) }, logNormalizer: { Double($0 / 2) * ManyWell.logNormalizerOfPair }),
    Family(
      name: "gmm40", summary: "40 separated normal densities", dimension: 2, isPossible: { $0 >= 1 },
      requirement: "at least 1", make: { SeparatedModes(dimension: $0) }, logNormalizer: { _ in 0 }),
    Family(
      name: "eight-schools", summary: "a hierarchical model, not centred (Rubin 1981)", dimension: nil,
      make: { _ in EightSchools() }, logNormalizer: { _ in EightSchools.logNormalizer }),
    Family(
      name: "seeds", summary: "logistic regression with random effects (Crowder 1978)", dimension: nil,
      make: { _ in Seeds() }, logNormalizer: { _ in -73.410 }),
  ]

  /// All of them, with the dimension that each is known by.
  public static var all: [BuiltInTarget] { families.map { BuiltInTarget($0, $0.dimension) } }

  private init(_ family: Family, _ dimension: Int?) {
    name = dimension.map { "\(family.name)(\($0))" } ?? family.name
    (summary, density) = (family.summary, family.make(dimension ?? 0))
    logNormalizer = family.logNormalizer(dimension ?? 0)
  }

  /// The target that `text` names, such as `funnel(10)` or `eight-schools`; nil where its name is none of a built-in one.
  ///
  /// - Throws: where it cannot have that dimension.
  public init?(named text: String) throws(FlowError) {
    let parts = text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
    guard let family = Self.families.first(where: { $0.name == parts[0] }) else { return nil }
    guard parts.count == 2 else {
      self.init(family, family.dimension)
      return
    }
    guard let usual = family.dimension else {
      throw FlowError(.architecture, "the target \(family.name) has one dimension only: leave out '(\(parts[1])'")
    }
    guard
      parts[1].hasSuffix(")"), let dimension = Int(parts[1].dropLast()), dimension <= 10_000,
      family.isPossible(dimension)
    else {
      throw FlowError(
        .architecture,
        "the target '\(text)' has no such dimension: it takes one that is \(family.requirement), such as \(family.name)(\(usual))"
      )
    }
    self.init(family, dimension)
  }
}
