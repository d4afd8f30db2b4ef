import FlowKit
import FlowKitTestSupport
import Testing

private func coupling(
  _ dimension: Int, context: Int = 0, mask: CouplingMask = .halves, _ activation: Activation = .tanh
) -> Coupling<AffineMap> {
  Coupling(
    dimension: dimension, contextDimension: context, mask: mask, map: AffineMap(), hidden: [5, 4],
    activation: activation)
}

private let linearCases: [LawCase] = [
  LawCase("diagonal 1", Diagonal(dimension: 1)),
  LawCase("diagonal 3 with signs", Diagonal(dimension: 3, signs: [1, -1, -1])),
  LawCase("shift 1", Shift(dimension: 1)),
  LawCase("shift 5", Shift(dimension: 5)),
  LawCase("lower 1", LowerTriangular(dimension: 1)),
  LawCase("lower 5", LowerTriangular(dimension: 5)),
  LawCase("lower 4 with signs", LowerTriangular(dimension: 4, signs: [-1, 1, 1, -1])),
  LawCase("upper 2", UpperTriangular(dimension: 2)),
  LawCase("upper 5 with signs", UpperTriangular(dimension: 5, signs: [1, -1, 1, -1, 1])),
  LawCase("permute 1", Permutation([0])),
  LawCase("permute reverse", Permutation.reverse(dimension: 5)),
  LawCase("permute cycle", Permutation([2, 0, 1])),
  LawCase(
    "standardize", Standardize(means: [1.5, -20, 0], standardDeviations: [0.25, 8, 1])),
]

private let nonlinearCases: [LawCase] = [
  .kinked("leaky relu", LeakyReLU(dimension: 3, slope: 0.25)),
  .kinked("leaky relu, steep", LeakyReLU(dimension: 1, slope: 4)),
  LawCase("leaky relu of slope 1", LeakyReLU(dimension: 2, slope: 1)),
  LawCase("coupling 1", coupling(1)),
  LawCase("coupling 1 given 2", coupling(1, context: 2)),
  LawCase("coupling 2", coupling(2)),
  LawCase("coupling 2 alternate", coupling(2, mask: .alternate)),
  LawCase("coupling 5", coupling(5)),
  LawCase("coupling 5 silu", coupling(5, .silu)),
  LawCase("coupling 5 alternate given 3", coupling(5, context: 3, mask: .alternate)),
  LawCase("coupling 5 silu given 1", coupling(5, context: 1, .silu)),
  LawCase("coupling without hidden layers", Coupling(dimension: 3, map: AffineMap(), hidden: [])),
  LawCase("coupling 5 relu", coupling(5, .relu), laws: withoutDifferences),
]

private func coupling<Map: ScalarMap>(_ map: Map, _ dimension: Int, context: Int = 0) -> Coupling<Map> {
  Coupling(dimension: dimension, contextDimension: context, map: map, hidden: [5, 4], activation: .tanh)
}

private func autoregressive<Map: ScalarMap>(
  _ map: Map, _ dimension: Int, context: Int = 0, ordering: [Int]? = nil, _ activation: Activation = .tanh
) -> Autoregressive<Map> {
  Autoregressive(
    dimension: dimension, contextDimension: context, ordering: ordering, map: map, hidden: [7, 6],
    activation: activation)
}

private let spline = RationalQuadraticSpline(bins: 4, bound: 3)

private let mapCases: [LawCase] = [
  LawCase("additive coupling 1", coupling(ShiftMap(), 1)),
  LawCase("additive coupling 4 given 1", coupling(ShiftMap(), 4, context: 1)),
  .knotted("spline coupling 1", coupling(spline, 1)),
  .knotted("spline coupling 2", coupling(spline, 2)),
  .knotted("spline coupling 5 given 2", coupling(spline, 5, context: 2)),
  LawCase("autoregressive 1", autoregressive(AffineMap(), 1)),
  LawCase("autoregressive 1 given 2", autoregressive(AffineMap(), 1, context: 2)),
  LawCase("additive autoregressive 3 given 1", autoregressive(ShiftMap(), 3, context: 1)),
  LawCase("autoregressive 2", autoregressive(AffineMap(), 2, .silu)),
  LawCase("autoregressive 4 given 2", autoregressive(AffineMap(), 4, context: 2)),
  LawCase("autoregressive 4 in another order", autoregressive(AffineMap(), 4, ordering: [2, 0, 3, 1])),
  .knotted("autoregressive splines 1", autoregressive(spline, 1)),
  .knotted("autoregressive splines 3 given 1", autoregressive(spline, 3, context: 1, .silu)),
  LawCase(
    "inverse of autoregressive", Inverted(autoregressive(AffineMap(), 4, context: 1, ordering: [3, 2, 1, 0]))),
  .knotted("inverse of autoregressive splines", Inverted(autoregressive(spline, 3))),
]

private let squares = SumOfSquares(degree: 3, polynomials: 2, bound: 3)
private let bernstein = BernsteinPolynomial(degree: 6, bound: 3)
private let sigmoids = DeepSigmoid(units: 3)

private let increasingCases: [LawCase] = [
  .knotted("sums of squares 1", Elementwise(dimension: 1, map: squares)),
  .knotted("coupling of sums of squares 3 given 2", coupling(squares, 3, context: 2)),
  .knotted("autoregressive sums of squares 3", autoregressive(squares, 3)),
  .knotted("Bernstein polynomials 1", Elementwise(dimension: 1, map: bernstein)),
  .knotted("coupling of Bernstein polynomials 3 given 2", coupling(bernstein, 3, context: 2)),
  .knotted("autoregressive Bernstein polynomials 3", autoregressive(bernstein, 3)),
  .knotted("inverse of autoregressive Bernstein polynomials", Inverted(autoregressive(bernstein, 3, context: 1))),
  .knotted("inverse of autoregressive sums of squares", Inverted(autoregressive(squares, 3, context: 1))),
  LawCase("deep sigmoids 1", Elementwise(dimension: 1, map: sigmoids)),
  LawCase("coupling of deep sigmoids 3 given 2", coupling(sigmoids, 3, context: 2)),
  LawCase("autoregressive deep sigmoids 3", autoregressive(sigmoids, 3)),
  LawCase("inverse of autoregressive deep sigmoids", Inverted(autoregressive(sigmoids, 3, context: 1))),
]

private func compositeCases() throws -> [LawCase] {
  var random = RandomStream(seed: 3, purpose: .architecture)
  let chain = try Chain(
    [
      coupling(5, context: 2), Permutation.random(dimension: 5, using: &random), Diagonal(dimension: 5),
      Inverted(coupling(5, mask: .alternate, .silu)), LowerTriangular(dimension: 5),
    ], dimension: 5, contextDimension: 2)
  let kinkedChain = try Chain(
    [LeakyReLU(dimension: 2, slope: 0.5), UpperTriangular(dimension: 2), coupling(2)], dimension: 2)
  return [
    LawCase("inverse of diagonal", Inverted(Diagonal(dimension: 3, signs: [-1, 1, 1]))),
    LawCase("inverse of lower", Inverted(LowerTriangular(dimension: 4, signs: [1, -1, 1, 1]))),
    LawCase("inverse of upper", Inverted(UpperTriangular(dimension: 3))),
    LawCase("inverse of cycle", Inverted(Permutation([2, 0, 1]))),
    LawCase("inverse of coupling", Inverted(coupling(5, context: 2))),
    LawCase("inverse of inverse", Inverted(Inverted(coupling(2, .silu)))),
    .kinked("inverse of leaky relu", Inverted(LeakyReLU(dimension: 2, slope: 3))),
    LawCase("permute random", Permutation.random(dimension: 5, using: &random)),
    LawCase("chain", chain),
    .kinked("chain behind a leaky relu", kinkedChain),
    LawCase("chain of nothing", try Chain([], dimension: 2)),
  ]
}

@Suite struct LawTests {
  @Test(arguments: try linearCases + nonlinearCases + mapCases + increasingCases + compositeCases())
  func obeysTheLaws(_ each: LawCase) {
    each.prove()
  }

  @Test func leakyReLUTakesTheUpperSlopeAtItsKink() {
    let probe = BijectorProbe(LeakyReLU(dimension: 1, slope: 0.5), parameters: [])
    let x: [Scalar] = [0, -0.0, .leastNormalMagnitude, -.leastNormalMagnitude]
    let (value, gradients) = probe.pullBack(
      .forward, at: x, values: [1, 1, 1, 1], logDeterminants: [1, 1, 1, 1])
    #expect(gradients.input == [1, 1, 1, 0.5])
    #expect(value.logDeterminants.map { $0 < 0 } == [false, false, false, true])
  }

  /// With steps so small that none of this seed's crosses a kink; Float has no such step.
  @Test(.enabled(if: MemoryLayout<Scalar>.size == 8))
  func kinkedConditionersObeyTheLawsBesideTheirKinks() {
    var laws = BijectorLaws()
    laws.differenceStep = 0x1p-20
    let violations = laws.violations(of: coupling(5, context: 2, .relu))
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }
}
