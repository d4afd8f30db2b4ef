/// zᵢ = x at index π(i), a fixed permutation; log|det| = 0.
///
/// A random permutation is drawn when the architecture is made and then stored explicitly. Layer list:
/// `permute(reverse)`, `permute(random)`, or `permute(2,0,1)`, which lists π(0), π(1), ….
public struct Permutation: InvertiblyDifferentiable {
  public static let layerName = "permute"
  public let indices: [Int]
  /// Whether a layer list asks for another draw instead of naming the indices.
  public let isRandom: Bool

  private enum CodingKeys: CodingKey { case indices, isRandom }

  public init(_ indices: [Int]) {
    self.init(indices, isRandom: false)
  }

  init(_ indices: [Int], isRandom: Bool) {
    precondition(indices.sorted() == Array(0..<indices.count), "\(indices) is no permutation")
    self.indices = indices
    self.isRandom = isRandom
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.requirePermutation(indices, dimension, of: Self.layerName)
  }

  public static func reverse(dimension: Int) -> Permutation {
    Permutation((0..<dimension).reversed())
  }

  public static func random(dimension: Int, using random: inout RandomStream) -> Permutation {
    Permutation(random.permutation(of: dimension), isRandom: true)
  }

  public var dimension: Int { indices.count }
  public var structure: JacobianStructure { .permutation(indices) }
  public var traits: LayerTraits { .affine(.permutation(indices), shift: false) }

  public func image(of input: [Interval]) -> [Interval] { indices.map { input[$0] } }
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { indices.map { input[$0] } }

  public var layerList: String {
    if isRandom { return "permute(random)" }
    if indices == (0..<dimension).reversed() { return "permute(reverse)" }
    return "permute(\(indices.map(String.init).joined(separator: ",")))"
  }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed { Transformed(x.gathering(indices)) }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x.gathering(indices)), { values, _, _ in scattered(values) })
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    Transformed(scattered(z))
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(scattered(z)), { values, _, _ in values.gathering(indices) })
  }

  private func scattered(_ z: Tile) -> Tile {
    var x = Tile(features: dimension, like: z)
    x.scatter(z, to: indices)
    return x
  }
}
