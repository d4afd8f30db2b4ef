import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct QRTests {
  @Test(arguments: [
    LawCase("qr 1", QR(dimension: 1)), LawCase("qr 1, negative", QR(dimension: 1, determinantSign: -1)),
    LawCase("qr 2", QR(dimension: 2)), LawCase("qr 5", QR(dimension: 5)),
    LawCase("qr 4, negative", QR(dimension: 4, determinantSign: -1)),
    LawCase("qr 3 with signs", QR(dimension: 3, signs: [-1, 1, 1])),
    LawCase("inverse of qr", Inverted(QR(dimension: 4, determinantSign: -1, signs: [1, -1, -1, 1]))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test(arguments: 1...6)
  func startsNearTheIdentity(dimension: Int) throws {
    let layer = QR(dimension: dimension)
    var random = RandomStream(seed: 1, purpose: .parameters)
    let x = uniformNumbers(7 * dimension).map { Scalar($0) }
    let z = try BijectorProbe(layer, parameters: layer.initialParameters(using: &random)).map(.forward, x).values
    for (z, x) in zip(z, x) { #expect(abs(z - x) <= 32 * Scalar.ulpOfOne) }
  }

  private struct Target: CustomTestStringConvertible {
    let dimension: Int
    /// Row-major.
    let matrix: [Double]
    let determinant: Double

    var testDescription: String { "\(dimension) × \(dimension), determinant \(determinant)" }

    /// Entries drawn from a normal distribution, but for matrices so close to a singular one that the fit below, which has a
    /// fixed number of steps, would need more.
    static func drawn(dimension: Int, using random: inout RandomStream) -> Target {
      while true {
        let numbers = (0..<(dimension * dimension)).map { _ in (0..<12).reduce(-6) { sum, _ in sum + random.uniform() }
        }
        let value = Target(dimension: dimension, matrix: numbers, determinant: determinant(numbers, dimension))
        if abs(value.determinant) > 0.2 { return value }
      }
    }

    /// By expansion along the first row.
    private static func determinant(_ matrix: [Double], _ size: Int) -> Double {
      guard size > 1 else { return matrix[0] }
      return (0..<size).reduce(0) { sum, column in
        let minor = (size..<(size * size)).filter { $0 % size != column }.map { matrix[$0] }
        return sum + (column % 2 == 0 ? 1 : -1) * matrix[column] * determinant(minor, size - 1)
      }
    }
  }

  /// Every invertible matrix of the declared sign is within reach: z = Ax is learnt from pairs, whatever A.
  @Test func leastSquaresRecoverAnyMatrixOfItsSign() throws {
    var random = RandomStream(seed: 6, purpose: .samples)
    var signs = Set<Int>()
    for index in 0..<12 {
      let dimension = 2 + index % 3
      let target = Target.drawn(dimension: dimension, using: &random)
      let sign = target.determinant > 0 ? 1 : -1
      signs.insert(sign)
      let layer = QR(dimension: dimension, determinantSign: sign)
      var start = RandomStream(seed: UInt64(index), purpose: .parameters)
      let x = uniformNumbers(32 * dimension, in: -1.5...1.5, seed: UInt64(index)).map { Scalar($0) }
      let z = mapped(x, by: target)
      let fit = LeastSquares(layer, start: layer.initialParameters(using: &start), x: x, z: z)
      let found = try matrix(BijectorProbe(layer, parameters: fit.parameters), dimension)
      for (found, wanted) in zip(found, target.matrix) {
        #expect(abs(found - wanted) < 1e-3, "\(target.testDescription): \(found), not \(wanted)")
      }
    }
    #expect(signs == [1, -1])
  }

  private func mapped(_ x: [Scalar], by target: Target) -> [Scalar] {
    let n = target.dimension
    return x.indices.map { place in
      let (event, row) = (place / n, place % n)
      return Scalar((0..<n).reduce(0.0) { $0 + target.matrix[row * n + $1] * Double(x[event * n + $1]) })
    }
  }

  private func matrix(_ probe: BijectorProbe, _ n: Int) throws -> [Double] {
    let axes = (0..<(n * n)).map { Scalar($0 % (n + 1) == 0 ? 1 : 0) }
    let origin = try probe.map(.forward, Array(repeating: 0, count: n)).values
    let columns = try probe.map(.forward, axes).values
    return (0..<(n * n)).map { Double(columns[$0 % n * n + $0 / n] - origin[$0 / n]) }
  }
}
