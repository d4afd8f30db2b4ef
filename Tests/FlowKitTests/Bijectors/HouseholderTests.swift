import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct HouseholderTests {
  @Test(arguments: [
    LawCase("householder 1 of 1", Householder(dimension: 1)),
    LawCase("householder 2 of 1", Householder(dimension: 1, count: 2)),
    LawCase("householder 1 of 4", Householder(dimension: 4, count: 1)),
    LawCase("householder 2 of 5", Householder(dimension: 5, count: 2)),
    LawCase("householder 5 of 5", Householder(dimension: 5)),
    LawCase("householder 7 of 3", Householder(dimension: 3, count: 7)),
    LawCase("inverse of householder", Inverted(Householder(dimension: 4, count: 3))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  /// The largest entry of |QᵀQ − I|, as `direction` maps the axes.
  private func defect(_ layer: Householder, _ vectors: [Scalar], _ direction: BijectorProbe.Direction) throws -> Double
  {
    let n = layer.dimension
    let axes = (0..<(n * n)).map { Scalar($0 % (n + 1) == 0 ? 1 : 0) }
    let columns = try BijectorProbe(layer, parameters: vectors).map(direction, axes).values.map { Double($0) }
    var worst = 0.0
    for i in 0..<n {
      for j in 0..<n {
        let product = (0..<n).reduce(0.0) { $0 + columns[i * n + $1] * columns[j * n + $1] }
        let error = abs(product - (i == j ? 1 : 0))
        // A NaN is a defect too.
        worst = error <= worst ? worst : error
      }
    }
    return worst
  }

  private let tolerance = 16 * Double(Scalar.ulpOfOne)

  /// A hundred thousand steps of the size that Adam takes, along random directions.
  @Test func isOrthogonalAfterManySteps() throws {
    let layer = Householder(dimension: 8)
    var random = RandomStream(seed: 4, purpose: .parameters)
    var vectors = layer.initialParameters(using: &random)
    for step in 1...100_000 {
      for index in vectors.indices { vectors[index] += Scalar(0.02 * random.uniform() - 0.01) }
      guard step % 10_000 == 0 else { continue }
      for direction in BijectorProbe.Direction.allCases {
        let found = try defect(layer, vectors, direction)
        #expect(found <= tolerance, "\(direction) after \(step) steps: \(found)")
      }
    }
  }

  /// Vectors that are equal, nearly so, far too short, far too long, or zero.
  @Test func isOrthogonalForAnyVectors() throws {
    let layer = Householder(dimension: 3, count: 4)
    let tiny = Scalar.leastNormalMagnitude, huge = Scalar.greatestFiniteMagnitude
    for vectors in [
      [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], [1, 2, 3, 1, 2, 3.000001, 1, 2.000001, 3, -1, -2, -3],
      [tiny, 0, 0, tiny, tiny, 0, tiny, tiny, tiny, 0, tiny, 0],
      [huge, huge, huge, 1, 0, 0, huge, 0, tiny, 1, 1, 1], Array(repeating: 0, count: 12),
    ] as [[Scalar]] {
      for direction in BijectorProbe.Direction.allCases {
        let found = try defect(layer, vectors, direction)
        #expect(found <= tolerance, "\(direction), \(vectors): \(found)")
      }
    }
  }

  @Test func aZeroVectorReflectsTheFirstAxisAndGetsNoGradient() throws {
    let probe = BijectorProbe(Householder(dimension: 3, count: 1), parameters: [0, 0, 0])
    let (value, gradients) = probe.pullBack(.forward, at: [1, 2, 3], values: [1, 1, 1], logDeterminants: [0])
    #expect(value.values == [-1, 2, 3] && gradients.input == [-1, 1, 1] && gradients.parameters == [0, 0, 0])
  }

  /// Descent along the gradient of ‖z − Rx‖² finds a rotation R.
  @Test func findsARotation() throws {
    let layer = Householder(dimension: 3, count: 2)
    let target = BijectorProbe(layer, parameters: [1, 0.5, -0.3, 0.2, 1, 0.7])
    var random = RandomStream(seed: 9, purpose: .parameters)
    let x = uniformNumbers(3 * 32, seed: 5).map { Scalar($0) }
    let fit = try LeastSquares(
      layer, start: layer.initialParameters(using: &random), x: x, z: target.map(.forward, x).values)
    #expect(fit.error < 1e-3)
  }
}
