import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// The analysis against numbers.
@Suite struct ExpressivityProofTests {
  /// Moves one input at a time, far, at random parameters and events: an output depends on it if it changes at all in any
  /// of them. Independent outputs keep every bit.
  @Test(arguments: try knownCases())
  func theDependencyMatrixIsThatOfTheMap(_ each: KnownCase) throws {
    let chain = try Chain(each.layers, dimension: each.dimension)
    let matrix = Expressivity.analyze(try each.architecture(), repairing: false).mixing.matrix
    var random = RandomStream(seed: 4, purpose: .samples)
    func normal() -> Scalar { Scalar((0..<12).reduce(-6.0) { sum, _ in sum + random.uniform() }) }
    var moved = BooleanMatrix(size: each.dimension)
    for _ in 0..<3 {
      let initial = chain.initialParameters(using: &random)
      let probe = BijectorProbe(chain, parameters: initial.map { $0 + 0.5 * normal() })
      let x = (0..<(64 * each.dimension)).map { _ in normal() }
      let z = try probe.map(.forward, x).values
      for input in 0..<each.dimension {
        var other = x
        for index in stride(from: input, to: x.count, by: each.dimension) { other[index] += 1 + normal() * normal() }
        let changed = try probe.map(.forward, other).values
        for index in z.indices where changed[index] != z[index] { moved[index % each.dimension, input] = true }
      }
    }
    #expect(matrix == moved)
  }

  /// A run at random parameters against its equivalent, whose parameters are those that factorize the run's matrix.
  @Test(
    .enabled(if: MemoryLayout<Scalar>.size == 8),
    arguments: [
      "3*[lower]", "2*[upper]", "diagonal,lower,shift", "2*[lower(signs=+--)]", "upper,lower", "upper,lu,lower",
      "2*[lower,upper]", "3*[upper,lower]", "2*[lu]", "2*[qr]", "qr,diagonal,permute(reverse)", "plu(1,2,0),qr",
      "2*[householder(1)]", "actnorm,diagonal", "2*[shift]", "permute(1,2,0),permute(2,1,0)",
    ], [3, 4])
  func aCollapsedRunEqualsItsEquivalent(_ list: String, _ dimension: Int) throws {
    guard dimension == 3 || !list.contains("(1,2,0)") && !list.contains("signs") else { return }
    var random = RandomStream(seed: 9, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: dimension, using: &random)
    let result = Expressivity.analyze(
      Architecture(chain: chain, base: StandardNormal(dimension: dimension)), repairing: false)
    let run = try #require(result.collapsible.first)
    #expect(run.from == 0 && run.to == chain.layers.count - 1)
    let short = try LayerList(run.equivalent).chain(dimension: dimension, using: &random)
    #expect(short.layers.count == 1 && chain.parameterCount - short.parameterCount == run.parametersSaved)
    let θ = chain.initialParameters(using: &random).map { $0 + Scalar(random.uniform() - 0.5) }
    let probe = BijectorProbe(chain, parameters: θ)
    let vectors =
      chain.layers[0] is Householder ? Array(θ[dimension...] + θ[..<dimension]) : nil
    let parameters = try AffineMatrix(probe).parameters(of: short.layers[0], reflections: vectors)
    let equivalent = BijectorProbe(short, parameters: parameters)
    let x = (0..<(16 * dimension)).map { _ in Scalar(4 * random.uniform() - 2) }
    let (expected, got) = (try probe.map(.forward, x), try equivalent.map(.forward, x))
    for (a, b) in zip(expected.values, got.values) { #expect(abs(Double(a - b)) < 1e-10) }
    for (a, b) in zip(expected.logDeterminants, got.logDeterminants) { #expect(abs(a - b) < 1e-10) }
  }
}

/// A and b of an affine bijector, and the parameters of one layer that is the same map.
private struct AffineMatrix {
  private let size: Int
  private var A: [[Double]]
  private let b: [Double]

  init(_ probe: BijectorProbe) throws {
    let size = probe.bijector.dimension
    let b = try probe.map(.forward, Array(repeating: 0, count: size)).values.map { Double($0) }
    let columns = try (0..<size).map { j in
      try probe.map(.forward, (0..<size).map { $0 == j ? 1 : 0 }).values.map { Double($0) }
    }
    A = (0..<size).map { i in (0..<size).map { j in columns[j][i] - b[i] } }
    (self.size, self.b) = (size, b)
  }

  func parameters(of layer: any Bijector, reflections: [Scalar]?) throws -> [Scalar] {
    let logs = (0..<size).map { log(abs(A[$0][$0])) }
    switch layer {
    case is LowerTriangular: return (below(A) + logs + b).map { Scalar($0) }
    case is UpperTriangular: return (above(A) + logs + b).map { Scalar($0) }
    case is ActNorm: return (zip(b, A.indices).map { $0 / A[$1][$1] } + logs).map { Scalar($0) }
    case is Shift: return b.map { Scalar($0) }
    case is Permutation: return []
    case is Householder: return try #require(reflections)
    case is LU:
      let (L, U) = factored()
      let diagonal = (0..<size).map { log(abs(U[$0][$0])) }
      return (below(L) + above(U) + diagonal + b).map { Scalar($0) }
    case let layer as QR:
      let count = layer.parameterShapes[0].dimensions[0]
      let (vectors, R) = reflected(count)
      let diagonal = (0..<size).map { log(R[$0][$0]) }
      return (vectors + above(R) + diagonal + b).map { Scalar($0) }
    default:
      Issue.record("no factorization for \(layer.layerList)")
      return []
    }
  }

  private func below(_ M: [[Double]]) -> [Double] { (0..<size).flatMap { i in (0..<i).map { M[i][$0] } } }
  private func above(_ M: [[Double]]) -> [Double] { (0..<size).flatMap { i in ((i + 1)..<size).map { M[i][$0] } } }

  /// Doolittle's elimination, without exchange of rows.
  private func factored() -> (L: [[Double]], U: [[Double]]) {
    var (L, U) = (A.map { $0.map { _ in 0.0 } }, A)
    for k in 0..<size {
      for i in (k + 1)..<max(size, k + 1) {
        L[i][k] = U[i][k] / U[k][k]
        for j in 0..<size { U[i][j] -= L[i][k] * U[k][j] }
      }
    }
    return (L, U)
  }

  /// Reflections H₁ … H_count with A = H₁ … H_count R and a positive diagonal of R.
  private func reflected(_ count: Int) -> (vectors: [Double], R: [[Double]]) {
    var (R, vectors) = (A, [[Double]]())
    for k in 0..<(size - 1) {
      var v = (0..<size).map { $0 < k ? 0 : R[$0][k] }
      v[k] -= v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(v)
      let norm = v.reduce(0) { $0 + $1 * $1 }
      for j in 0..<size {
        let factor = 2 * (0..<size).reduce(0) { $0 + v[$1] * R[$1][j] } / norm
        for i in 0..<size { R[i][j] -= factor * v[i] }
      }
    }
    let last = (0..<size).map { $0 == size - 1 ? 1.0 : 0 }
    if R[size - 1][size - 1] < 0 {
      vectors.append(last)
      R[size - 1][size - 1] = -R[size - 1][size - 1]
    }
    // Pairs of equal reflections cancel.
    while vectors.count < count { vectors.append(last) }
    #expect(vectors.count == count)
    return (vectors.flatMap { $0 }, R)
  }
}
