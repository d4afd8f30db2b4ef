import FlowKit
import Testing

@Suite struct CriticNetworkTests {
  private static let isDouble = MemoryLayout<Scalar>.size == 8

  /// What tiles see of drawn parameters that are spread over a wide range.
  private func parameters(_ network: CriticNetwork, size: Double, seed: UInt64) -> [Scalar] {
    uniformNumbers(network.parameterCount, in: -size...size, seed: seed).map { Scalar($0) }
  }

  private func tile(_ features: Int, seed: UInt64) -> Tile {
    var tile = Tile(features: features, width: 32, pool: TilePool())
    let numbers = uniformNumbers(features * 32, in: -2...2, seed: seed)
    for feature in 0..<features {
      for event in 0..<32 { tile[feature, event] = Scalar(numbers[feature * 32 + event]) }
    }
    return tile
  }

  /// Ŵ has orthonormal columns or rows, and ŴᵀW (or WŴᵀ) is symmetric and has no negative diagonal: the polar factor.
  @Test(arguments: [(1, 6), (6, 1), (5, 5), (3, 8), (8, 3), (24, 24)]) func weightsAreThePolarFactor(
    columns: Int, rows: Int
  ) {
    let network = CriticNetwork(inputs: columns, hidden: [rows], group: 1)
    for (size, seed) in [(1e-3, 1), (1, 2), (300, 3)] as [(Double, UInt64)] {
      let w = parameters(network, size: size, seed: seed)
      let prepared = network.prepared(Parameters(w))
      func entry(_ values: (Int) -> Double, _ row: Int, _ column: Int) -> Double { values(row * columns + column) }
      let (isTall, side) = (rows >= columns, min(rows, columns))
      let tolerance = Self.isDouble ? 1e-9 : 2e-6
      for i in 0..<side {
        for j in 0..<side {
          var (gram, product, other) = (0.0, 0.0, 0.0)
          for k in 0..<max(rows, columns) {
            let (a, b) = isTall ? ((k, i), (k, j)) : ((i, k), (j, k))
            let (p, q) = (Double(prepared[a.0 * columns + a.1]), Double(prepared[b.0 * columns + b.1]))
            gram += p * q
            product += p * Double(w[b.0 * columns + b.1])
            other += q * Double(w[a.0 * columns + a.1])
          }
          #expect(abs(gram - (i == j ? 1 : 0)) < tolerance, "\(rows) × \(columns), \(i), \(j): \(gram)")
          #expect(abs(product - other) < tolerance * size * 30)
          if i == j { #expect(product > 0) }
        }
      }
    }
  }

  /// Without full rank, or with entries that are 0, nothing is orthonormal; but nothing stretches.
  @Test func noNetworkStretches() {
    for group in [0, 2, 3, 6] {
      let network = CriticNetwork(inputs: 4, hidden: [12, 6, 6], group: group)
      for seed in 0..<12 as Range<UInt64> {
        var θ = parameters(network, size: seed < 4 ? 1 : 50, seed: seed)
        if seed % 4 == 1 { for index in θ.indices { θ[index] = 0.3 } }
        if seed % 4 == 2 { for index in θ.indices where index % 3 > 0 { θ[index] = 0 } }
        let prepared = network.prepared(Parameters(θ))
        let (x, y) = (tile(4, seed: 2 * seed + 40), tile(4, seed: 2 * seed + 41))
        let (f, g) = (CriticPass(network, at: x, prepared).output, CriticPass(network, at: y, prepared).output)
        for event in 0..<32 {
          let distance = (0..<4).reduce(0.0) {
            let d = Double(x[$1, event] - y[$1, event])
            return $0 + d * d
          }.squareRoot()
          #expect(abs(Double(f[0, event] - g[0, event])) <= distance * 1.0001 + 2e-5, "group \(group), seed \(seed)")
        }
      }
    }
  }

  /// Sorted groups of any size: each value of a group once, the largest first, and the norm is kept.
  @Test(arguments: [1, 2, 3, 5, 7, 8, 12, 16]) func groupsAreSorted(size: Int) {
    // One layer that is the identity, then a look at single units by the last layer.
    let units = 2 * size
    let network = CriticNetwork(inputs: units, hidden: [units], group: size, weights: .free)
    var θ = [Scalar](repeating: 0, count: network.parameterCount)
    for unit in 0..<units { θ[unit * units + unit] = 1 }
    let x = tile(units, seed: 9)
    var sorted: [[Scalar]] = []
    for unit in 0..<units {
      var look = θ
      look[units * units + units + unit] = 1
      let output = CriticPass(network, at: x, Parameters(look)).output
      sorted.append((0..<32).map { output[0, $0] })
    }
    for event in 0..<32 {
      for first in [0, size] {
        let values = (first..<(first + size)).map { x[$0, event] }
        #expect((first..<(first + size)).map { sorted[$0][event] } == values.sorted(by: >))
      }
    }
  }

  /// The gradient of Σ uₑ f(xₑ) + Σ ⟨vₑ, ∂f/∂x(xₑ)⟩ with respect to θ, and ∂f/∂x itself.
  @Test(
    arguments: [
      (0, CriticNetwork.Weights.free), (2, .free), (0, .orthonormal), (2, .orthonormal), (4, .orthonormal),
      (2, .clipped(0.6)),
    ], [false, true])
  func gradientsAreThoseOfCentralDifferences(_ kind: (group: Int, weights: CriticNetwork.Weights), isStart: Bool) {
    let (group, weights) = kind
    let network = CriticNetwork(inputs: 3, hidden: [8, 4], group: group, weights: weights)
    var random = RandomStream(seed: 21, purpose: .parameters)
    // Weights that are orthonormal already are where training begins, and a case of their own.
    let θ =
      isStart ? network.initialParameters(using: &random) : parameters(network, size: 0.8, seed: 21)
    let x = tile(3, seed: 22)
    var (u, v) = (tile(1, seed: 23), tile(3, seed: 24))
    // Few events, so that hardly a step crosses a kink, at which slopes jump.
    for event in 4..<32 {
      u[0, event] = 0
      for feature in 0..<3 { v[feature, event] = 0 }
    }
    func pass(_ θ: [Scalar], at x: Tile) -> CriticPass { CriticPass(network, at: x, network.prepared(Parameters(θ))) }
    func value(_ θ: [Scalar]) -> Double {
      let pass = pass(θ, at: x)
      let slopes = pass.slopes(Tile(features: 1, like: x, filledWith: 1))
      return (0..<32).reduce(0.0) { sum, event in
        (0..<3).reduce(sum + Double(u[0, event]) * Double(pass.output[0, event])) {
          $0 + Double(v[$1, event]) * Double(slopes[$1, event])
        }
      }
    }
    let prepared = network.prepared(Parameters(θ))
    let here = CriticPass(network, at: x, prepared)
    var (ofPrepared, gradient) = (Gradient(count: prepared.count), Gradient(count: θ.count))
    here.pullBack(u, &ofPrepared)
    here.pullBackSlopes(v, &ofPrepared)
    network.pullBackPreparation(
      Parameters(θ), prepared: prepared, preparedGradient: Parameters((0..<prepared.count).map { ofPrepared[$0] }),
      to: &gradient)
    let (step, tolerance) = Self.isDouble ? (1e-6, 1e-6) : (5e-4, 3e-2)
    var differs = 0
    for index in θ.indices {
      // A value that is cut has a slope of its own.
      if case .clipped(let limit) = weights, abs(Double(θ[index])) > limit - 2 * step { continue }
      var moved = (θ, θ)
      moved.0[index] += Scalar(step)
      moved.1[index] -= Scalar(step)
      let difference = (value(moved.0) - value(moved.1)) / Double(moved.0[index] - moved.1[index])
      if abs(difference - Double(gradient[index])) > tolerance * max(1, abs(difference)) { differs += 1 }
    }
    #expect(differs <= (Self.isDouble ? 0 : θ.count / 12), "\(differs) of \(θ.count)")
    let slopes = here.slopes(u)
    for feature in 0..<3 {
      let moved = [step, -step].map { change in
        var x = x
        x.withMutableRow(feature) { row in for event in row.indices { row[event] += Scalar(change) } }
        return pass(θ, at: x).output
      }
      for event in 0..<32 {
        let difference = Double(u[0, event]) * (Double(moved[0][0, event]) - Double(moved[1][0, event])) / (2 * step)
        // A kink may lie between the two.
        if abs(difference - Double(slopes[feature, event])) > 10 * tolerance { differs += 1 }
      }
    }
    #expect(differs <= (Self.isDouble ? 0 : θ.count / 12 + 2), "\(differs)")
  }
}
