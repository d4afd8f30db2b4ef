extension Residual {
  /// The largest dimension for which the inverse takes Newton steps: one costs D + 1 passes of the network and D³
  /// operations, and replaces tens of fixed-point steps at worst.
  static let largestNewtonDimension = 16

  /// x with x + g(x) = z, per event, and what to throw where an event did not converge: it becomes NaN in x.
  ///
  /// From x = z the fixed-point step x ← x + r, r = z − x − g(x), shrinks |r| by L at least. A Newton step x + (I + J)⁻¹ r
  /// is kept only where it does as well; then |r| shrinks quadratically near the solution. An event is done when
  /// |rᵢ| ≤ ε (|xᵢ| + |zᵢ|) for all i, or when rounding lets |r| shrink no more, within 4096 ε (1 + |x| + |z|). It then
  /// stays as it is, so that its result does not depend on the others.
  func solve(_ z: Tile, _ pass: Pass) -> (x: Tile, failure: FlowError?) {
    var iteration = FixedPointIteration(z, contraction: network.lipschitz)
    for _ in 0..<Self.iterationLimit(network.lipschitz) where !iteration.isDone {
      let x = iteration.candidate
      var residual = z
      residual.add(x, scaledBy: -1)
      if dimension <= Self.largestNewtonDimension {
        var tangents = TangentPass(network, at: x, pass)
        residual.add(tangents.output, scaledBy: -1)
        let inverse = tangents.jacobian().invertedNearIdentity().inverse
        iteration.advance(residual, accelerated: inverse.multiplyingDirections(residual, transposed: true))
      } else {
        residual.add(network.forward(x, pass), scaledBy: -1)
        iteration.advance(residual, accelerated: nil)
      }
    }
    let failure = iteration.finish().map { event, residual in
      FlowError(
        .numerics,
        "\(layerList): the inverse did not converge: for \(z.latentText(ofEvent: event)), x + g(x) still misses z by "
          + "\(residual). Fit with a smaller lipschitz=, or compute in Double")
    }
    return (iteration.solution, failure)
  }

  /// Enough to shrink |r| by ε · 2⁻³⁰ at a rate of L, every second step a Newton step that is not kept.
  private static func iterationLimit(_ lipschitz: Double) -> Int {
    2 * Int((Double.log(Double(Scalar.ulpOfOne) * 0x1p-30) / Double.log(lipschitz)).rounded(.up)) + 8
  }
}

extension Tile {
  /// An event of the base as a message shows it, such as `z = (0.5, -3.0)`.
  func latentText(ofEvent event: Int) -> String {
    let shown = (0..<min(4, features)).map { "\(self[$0, event])" }.joined(separator: ", ")
    return "z = (\(shown)\(features > 4 ? ", …" : ""))"
  }
}

/// The bookkeeping of `Residual.solve`: each event by itself.
struct FixedPointIteration {
  private enum Stage {
    /// How the candidate came about.
    case start, newton, fixedPoint
    case converged, failed
  }

  private let z: Tile
  private let contraction: Double
  private var stages: [Stage]
  /// |r|² at the solution so far.
  private var sizes: [Double]
  /// Where g is evaluated next.
  private(set) var candidate: Tile
  /// The best x so far, and r there.
  private(set) var solution: Tile
  private var residual: Tile

  init(_ z: Tile, contraction: Double) {
    (self.z, self.contraction, candidate, solution, residual) = (z, contraction, z, z, z)
    stages = Array(repeating: .start, count: z.width)
    sizes = Array(repeating: .infinity, count: z.width)
  }

  var isDone: Bool { stages.allSatisfy { $0 == .converged || $0 == .failed } }

  /// Takes r at the candidate and, where there is one, the Newton step there.
  mutating func advance(_ r: Tile, accelerated step: Tile?) {
    for event in 0..<z.width where stages[event] != .converged && stages[event] != .failed {
      let size = Self.squaredNorm(r, event)
      let isAccepted: Bool =
        switch stages[event] {
        case .newton: size <= contraction * contraction * sizes[event]
        default: size < sizes[event]
        }
      if isAccepted {
        copy(candidate, to: &solution, event)
        copy(r, to: &residual, event)
        sizes[event] = size
        if isWithinRounding(event) { stages[event] = .converged; continue }
        move(event, by: step ?? r)
        stages[event] = step == nil ? .fixedPoint : .newton
      } else if stages[event] == .newton {
        move(event, by: residual)
        stages[event] = .fixedPoint
      } else {
        stages[event] = isNearRounding(event) ? .converged : .failed
        copy(solution, to: &candidate, event)
      }
    }
  }

  /// The first event that did not converge and its |r|; all such events become NaN.
  mutating func finish() -> (event: Int, residual: Double)? {
    var first: (Int, Double)?
    for event in 0..<z.width where stages[event] != .converged {
      // A z that is not finite has no x: no fault of the iteration.
      let isFault = (0..<z.features).allSatisfy { z[$0, event].isFinite }
      if isFault && first == nil { first = (event, sizes[event].squareRoot()) }
      for feature in 0..<z.features { solution[feature, event] = .nan }
    }
    return first
  }

  private mutating func move(_ event: Int, by step: Tile) {
    for feature in 0..<z.features { candidate[feature, event] = solution[feature, event] + step[feature, event] }
  }

  private func copy(_ source: Tile, to target: inout Tile, _ event: Int) {
    for feature in 0..<z.features { target[feature, event] = source[feature, event] }
  }

  private static func squaredNorm(_ tile: Tile, _ event: Int) -> Double {
    (0..<tile.features).reduce(0.0) { sum, feature in
      let value = Double(tile[feature, event])
      return sum + value * value
    }
  }

  private func isWithinRounding(_ event: Int) -> Bool {
    (0..<z.features).allSatisfy { feature in
      let size = abs(solution[feature, event]) + abs(z[feature, event])
      return abs(residual[feature, event]) <= Scalar.ulpOfOne * size
    }
  }

  private func isNearRounding(_ event: Int) -> Bool {
    let size = 1 + Self.squaredNorm(solution, event).squareRoot() + Self.squaredNorm(z, event).squareRoot()
    return sizes[event] < .infinity && sizes[event].squareRoot() <= 4096 * Double(Scalar.ulpOfOne) * size
  }
}
