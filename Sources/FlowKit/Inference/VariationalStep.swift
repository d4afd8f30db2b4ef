internal import Synchronization

/// What the steps of an inference minimise at this moment; all workers of a trainer see the same one.
final class VariationalStep: Sendable {
  struct Contents: Sendable {
    /// β of the reverse divergence KL(q ‖ p^β r^(1−β)); nil leaves it out.
    var temper: Double?
    /// r, where β < 1.
    var reference: NormalStart?
    /// Points whose weighted log-density is raised, N × D, their weights, and how much they count beside the reverse divergence.
    var points: [Double] = []
    var weights: [Double] = []
  }

  private let contents: Mutex<Contents>

  init(_ contents: Contents) { self.contents = Mutex(contents) }

  var now: Contents { contents.withLock { $0 } }
  func become(_ new: Contents) { contents.withLock { $0 = new } }
}

/// The two divergences between a flow q and a target p, as the step at hand mixes them:
///
/// - KL(q ‖ p^β r^(1−β)) = E_q[log q − β log p̃ − (1 − β) log r] + constant, on draws x = T(z; θ), with the path gradient: the
///   derivative through x alone, which is zero at every draw where the two agree ("sticking the landing", Roeder et al. 2017).
/// - −Σ wᵢ log q(xᵢ), on given points: KL(p ‖ q) where these are draws of p.
///
/// The events of the trainer are not looked at: one of them stands for one draw.
struct VariationalObjective: SumObjective {
  let architecture: Architecture
  let target: CountedTarget
  let step: VariationalStep

  var subject: any Trainable { architecture }
  func copied() -> VariationalObjective {
    VariationalObjective(architecture: architecture.copied(), target: target, step: step)
  }

  func loss(of tile: EventTile, _ pass: Pass) throws(FlowError) -> Double {
    var unused = Gradient(count: pass.parameters.count)
    return try loss(of: tile, pass, addingGradientTo: &unused)
  }

  func loss(
    of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient
  ) throws(FlowError) -> Double {
    let now = step.now
    var loss = 0.0
    if let temper = now.temper { loss += try reverse(tile, pass, temper, now.reference, &gradient) }
    if !now.points.isEmpty { loss += forward(tile, pass, now, &gradient) }
    return loss
  }

  /// The mean over draws of log q − log of what it is led to: this tile's part.
  private func reverse(
    _ tile: EventTile, _ pass: Pass, _ temper: Double, _ reference: NormalStart?, _ gradient: inout Gradient
  ) throws(FlowError) -> Double {
    let flow = FlowPass(architecture, pass)
    let (samples, pullback) = try flow.samplesWithPullback(tile.count, from: pass.random!, like: tile.x)
    let ofFlow = flow.logDensitiesWithGradients(of: FlowPass.Rows(samples.events[...]), tile.x.pool)
    let goal = try goal(samples.events, temper, reference)
    let dimension = architecture.dimension
    var cotangents = [Double](repeating: 0, count: samples.events.count)
    var loss = 0.0
    for event in 0..<tile.count where goal.logDensities[event].isFinite && ofFlow.values[event].isFinite {
      let weight = tile.weight(of: event)
      loss += weight * (samples.logDensities[event] - goal.logDensities[event])
      for index in (event * dimension)..<((event + 1) * dimension) {
        cotangents[index] = weight * (ofFlow.gradients[index] - goal.gradients[index])
      }
    }
    pullback(cotangents, [Double](repeating: 0, count: tile.count), &gradient)
    return loss
  }

  /// β log p̃ + (1 − β) log r.
  private func goal(
    _ points: [Double], _ temper: Double, _ reference: NormalStart?
  ) throws(FlowError) -> TargetValues {
    var goal = try target.evaluate(points)
    guard let reference else { return goal }
    let start = reference.evaluate(points)
    func mix(_ own: inout [Double], _ other: [Double]) {
      for index in own.indices { own[index] = temper * own[index] + (1 - temper) * other[index] }
    }
    mix(&goal.logDensities, start.logDensities)
    mix(&goal.gradients, start.gradients)
    return goal
  }

  private func forward(
    _ tile: EventTile, _ pass: Pass, _ now: VariationalStep.Contents, _ gradient: inout Gradient
  ) -> Double {
    let dimension = architecture.dimension
    var rows = Array(now.points[(tile.first * dimension)..<((tile.first + tile.count) * dimension)])
    let weights = now.weights[tile.first..<(tile.first + tile.count)]
    var logDeterminants = [Double](repeating: 0, count: tile.count)
    architecture.preprocessing.forward(rows: &rows, addingTo: &logDeterminants) { _, _, _ in }
    var x = Tile(features: dimension, like: tile.x)
    x.fill { feature, event in Scalar(rows[min(event, tile.count - 1) * dimension + feature]) }
    let (values, pullback) = FlowPass(architecture, pass).logDensitiesWithPullback(of: x)
    _ = pullback(tile.row { -weights[weights.startIndex + $0] }, &gradient)
    return (0..<tile.count).reduce(0) { loss, event in
      loss - weights[weights.startIndex + event] * (values[event] + logDeterminants[event])
    }
  }
}
