import FlowKit
import Foundation

// An objective, an optimizer, a schedule and something trainable of one's own, trained, saved and resumed by FlowKit's trainer.

func exponential(_ x: Double) -> Double { exp(x) }
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// Gradient descent with momentum: v ← 0.9 v + g, θ ← θ − η v.
struct Momentum: Optimizer {
  let name = "momentum"
  let moments = ["velocity"]

  func step(_ number: Int, rate: Double) -> @Sendable (inout ParameterBlock) -> Void {
    { block in
      let velocity = block.moment(0)
      for index in block.indices {
        velocity[index] = 0.9 * velocity[index] + block.gradient(index)
        block.parameters[index] -= Scalar(rate) * velocity[index]
      }
    }
  }
}

/// Full rate for two thirds, then straight down.
struct Trapezoid: Schedule {
  func factor(at progress: Double) -> Double { min(1, 3 * (1 - progress)) }
}

var random = RandomStream(seed: 1, purpose: .samples)
/// Two rings around (−2, 0) and (2, 0).
let rows = (0..<4_000).map { index -> [Double] in
  let (angle, radius) = (2 * Double.pi * random.uniform(), 1 + 0.1 * (random.uniform() - 0.5))
  return [(index % 2 == 0 ? -2 : 2) + radius * cos(angle), radius * sin(angle)]
}
let events = try EventArray(rows)
let (train, valid) = try events.split(validFraction: 0.2, seed: 0)

@MainActor func architecture() throws -> Architecture {
  let chain = try LayerList("4*[coupling-rqs(hidden=32,bound=4),permute(reverse)],shift").chain(
    dimension: 2, using: &random)
  return Architecture(chain: chain, base: StandardNormal(dimension: 2))
}

// An objective and a schedule.
let flow = Flow(architecture: try architecture(), seed: 1)
let options = TrainingOptions { ($0.epochs, $0.batchSize) = (10, 200) }
let robust = try Trainer(
  TailWeighted(architecture: flow.architecture, alpha: 0.05), from: flow.parameters, train: train, validation: valid,
  options: options, schedule: Trapezoid()
).fit()
print("tail-weighted loss \(robust.loss) after \(robust.history.count) epochs")

// A composite and an optimizer: interrupted after 30 steps, then resumed, to the same bits.
let model = TwoFlows(try architecture(), try architecture())
let start = model.layout.initialParameters(using: &random)
@MainActor func trainer() throws -> Trainer {
  try Trainer(
    MixtureLikelihood(model: model), from: start, train: train, validation: valid,
    options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (6, 200, 0.05) }, optimizer: Momentum())
}
let whole = try trainer().fit()
var steps = 0
let part = try trainer().fit(shouldStop: {
  steps += 1
  return steps > 30
})
let resumed = try trainer().fit(from: part.checkpoint)
print("mixture: \(start.count) parameters, loss \(whole.loss), first \(whole.history[0].valid ?? .nan)")
print("resumed to the same bits: \(resumed.parameters == whole.parameters)")
