import FlowKit
import Foundation
import Testing

/// A layer of a kind, in a common form or an odd one.
struct ListedCase: Sendable, CustomTestStringConvertible {
  let layer: any Bijector
  var testDescription: String { layer.layerList }

  /// Of the features that reach it.
  let kinds: [FeatureKind]?

  init(_ layer: any Bijector, kinds: [FeatureKind]? = nil) { (self.layer, self.kinds) = (layer, kinds) }
}

private let networks: [ListedCase] = [
  ListedCase(Coupling(dimension: 3, map: ShiftMap(), hidden: [4])),
  ListedCase(Coupling(dimension: 3, map: AffineMap(), hidden: [])),
  ListedCase(
    Coupling(dimension: 3, mask: .explicit(features: []), map: AffineMap(logScaleBound: 0.1), hidden: [3, 2])),
  ListedCase(
    Coupling(
      dimension: 3, mask: .explicit(features: [0, 2]), map: RationalQuadraticSpline(bins: 2, bound: 1e-7), hidden: [],
      activation: .silu)),
  ListedCase(Coupling(dimension: 3, mask: .mirroredAlternate, map: CircularSpline(bins: 64), hidden: [4])),
  ListedCase(Autoregressive(dimension: 3, map: ShiftMap(), hidden: [])),
  ListedCase(Autoregressive(dimension: 3, ordering: [2, 0, 1], map: AffineMap(), hidden: [5], activation: .tanh)),
  ListedCase(
    Autoregressive(dimension: 3, ordering: [2, 1, 0], map: RationalQuadraticSpline(bins: 3, bound: 1e30), hidden: [])),
  ListedCase(Autoregressive(dimension: 3, map: CircularSpline(), hidden: [4])),
  ListedCase(Elementwise(dimension: 3, map: ShiftMap())),
  ListedCase(Elementwise(dimension: 3, map: AffineMap())),
  ListedCase(Elementwise(dimension: 3, map: RationalQuadraticSpline())),
  ListedCase(Elementwise(dimension: 3, map: CircularSpline())),
  ListedCase(Coupling(dimension: 3, map: SmoothLeakyReLU(), hidden: [4])),
  ListedCase(Autoregressive(dimension: 3, map: SmoothLeakyReLU(join: .root), hidden: [4])),
  ListedCase(Elementwise(dimension: 3, map: SmoothLeakyReLU(join: .root))),
  ListedCase(Coupling(dimension: 3, map: SumOfSquares(), hidden: [4])),
  ListedCase(Autoregressive(dimension: 3, map: SumOfSquares(degree: 8, polynomials: 1), hidden: [4])),
  ListedCase(Elementwise(dimension: 3, map: SumOfSquares(degree: 1, polynomials: 8, bound: 0.1))),
  ListedCase(Coupling(dimension: 3, map: BernsteinPolynomial(), hidden: [4])),
  ListedCase(Autoregressive(dimension: 3, map: BernsteinPolynomial(degree: 4, bound: 0.1), hidden: [4])),
  ListedCase(Elementwise(dimension: 3, map: BernsteinPolynomial(degree: 32))),
  ListedCase(Coupling(dimension: 3, map: DeepSigmoid(), hidden: [4])),
  ListedCase(Autoregressive(dimension: 3, map: DeepSigmoid(units: 1), hidden: [4])),
  ListedCase(Elementwise(dimension: 3, map: DeepSigmoid(units: 32))),
  ListedCase(Residual(dimension: 3, hidden: [4], lipschitz: 0.999, activation: .sine, determinant: .roulette)),
  ListedCase(NeuralODE(dimension: 3, hidden: [4, 5], activation: .sine, trace: .hutchinson, tolerance: 1e-3)),
]

private let kinds: [FeatureKind] = [.categories(3), .circle, .categories(2)]

private let ofKinds: [ListedCase] = [
  ListedCase(Autoregressive(dimension: 3, map: CategoryMap(count: 3), kinds: kinds, hidden: [4]), kinds: kinds),
  ListedCase(
    Autoregressive(dimension: 3, ordering: [2, 1, 0], map: AffineMap(), kinds: kinds, hidden: [4]), kinds: kinds),
  ListedCase(Coupling(dimension: 3, map: RationalQuadraticSpline(bins: 3), kinds: kinds, hidden: [4]), kinds: kinds),
]

private func others() throws -> [ListedCase] {
  let layers: [any Bijector] = try [
    Diagonal(dimension: 3, signs: [1, -1, 1]), Shift(dimension: 3), LowerTriangular(dimension: 3, signs: [-1, -1, -1]),
    UpperTriangular(dimension: 3), LU(dimension: 3, signs: [1, 1, -1]), PLU([2, 0, 1], signs: [1, -1, 1]),
    PLU([0, 1, 2]), QR(dimension: 3, determinantSign: -1, signs: [1, 1, -1]), Householder(dimension: 3, count: 7),
    ActNorm(dimension: 3), LeakyReLU(dimension: 3, slope: 1e-9), PReLU(dimension: 3), Permutation([0, 1, 2]),
    Permutation([2, 1, 0]), Monotone(dimension: 3, kind: .softplusInverse), Planar(dimension: 3),
    Radial(dimension: 3), Sylvester(dimension: 3, units: 1), Inverted(ActNorm(dimension: 3)),
    Chain([], dimension: 3), Inverted(Chain([Shift(dimension: 3), Shift(dimension: 3)], dimension: 3)),
    Chain([Inverted(PReLU(dimension: 3)), Chain([Shift(dimension: 3)], dimension: 3)], dimension: 3),
  ]
  return layers.map { ListedCase($0) }
}

@Suite struct LayerListReadBackTests {
  private func read(_ layer: any Bijector, kinds: [FeatureKind]? = nil) throws -> any Bijector {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layer.layerList).chain(
      dimension: layer.dimension, contextDimension: layer.contextDimension, kinds: kinds, using: &random)
    #expect(chain.layers.count == 1)
    return chain.layers[0]
  }

  private func json(_ layer: any Bijector) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(layer), as: UTF8.self)
  }

  /// All but a permutation that was drawn, whose text asks for another draw.
  @Test(arguments: try networks + ofKinds + others()) func aLayerIsReadBackEqual(_ each: ListedCase) throws {
    let copy = try read(each.layer, kinds: each.kinds)
    #expect(type(of: copy) == type(of: each.layer))
    #expect(try json(copy) == json(each.layer))
  }

  @Test func everyListedKindIsReadBack() throws {
    let kinds = try (networks + ofKinds + others()).map { type(of: $0.layer).layerName }
    #expect(Set(kinds) == Set(Registry.standard.listedNames))
  }

  @Test func layersGivenAContextAreReadBack() throws {
    for layer: any Bijector in [
      Elementwise(dimension: 2, contextDimension: 1, map: AffineMap(), hidden: [], activation: .silu),
      Coupling(dimension: 2, contextDimension: 1, map: AffineMap(), hidden: []),
    ] {
      #expect(try json(read(layer)) == json(layer))
    }
  }

  /// Turned twice is not turned, and what a deep nest of a file asks is answered at once.
  @Test func nestedInversesAreFlat() throws {
    let layer = Monotone(dimension: 1, kind: .sigmoid)
    var nested: any InvertiblyDifferentiable = layer
    for _ in 0..<40 { nested = Inverted(nested) }
    #expect(nested.layerList == "inverse(inverse(monotone(sigmoid)))")
    #expect(nested.domain == [.real] && nested.image(of: [.real]) == [Interval(0, 1)])
    #expect(Inverted(nested).layerList == "inverse(monotone(sigmoid))")
    #expect(Inverted(nested).domain == [Interval(0, 1)] && Inverted(nested).image(of: [Interval(0, 1)]) == [.real])
    #expect(try Inverted.inverse(of: Inverted(layer)).layerList == "monotone(sigmoid)")
  }
}
