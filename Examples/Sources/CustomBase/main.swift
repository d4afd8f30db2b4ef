// A base distribution of one's own in a flow that is trained, saved and loaded: CustomBase MODEL.h5
import FlowKit
import FlowKitTestSupport
import Glibc

let path = CommandLine.arguments[1]
let registry = Registry.standard.adding(base: Cauchy.self)

// What every base promises: gradients against central differences, a density that integrates to 1 and that samples follow.
let violations = BaseLaws().violations(of: Cauchy(dimension: 1)) + BaseLaws().violations(of: Cauchy(dimension: 3))
precondition(violations.isEmpty, "\(violations)")
print("lawful: \(BaseLaw.allCases.count) laws hold")

// Ratios of normal numbers, which are Cauchy numbers, and normal ones beside them.
func normal(_ random: inout RandomStream) -> Double {
  (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
}
var random = RandomStream(seed: 1, purpose: .samples)
let events = (0..<4_000).flatMap { _ -> [Double] in
  let (n, m) = (normal(&random), normal(&random))
  return [3 * n / m + 1, normal(&random)]
}

/// Trains a shift and a scale on this base and returns its mean log-density.
func fit(_ base: String) throws -> (flow: Flow, mean: Double) {
  let chain = try Chain([Diagonal(dimension: 2), Shift(dimension: 2)], dimension: 2)
  let architecture = Architecture(chain: chain, base: try registry.base(base, dimension: 2))
  var options = TrainingOptions()
  options.epochs = 60
  options.learningRate = 0.02
  let flow = try Trainer(
    Flow(architecture: architecture), train: EventArray(events, dimension: 2), options: options
  ).fit().flow
  return (flow, flow.logDensity(events).reduce(0, +) / 4_000)
}

let student = try fit("product(student-t,normal)")
let custom = try fit("product(cauchy,normal)")
print("mean log-density: student-t \(student.mean), cauchy \(custom.mean)")
precondition(custom.mean > student.mean, "Cauchy numbers follow their own density best")

try Model(flow: custom.flow, columns: ["ratio", "normal"]).write(to: path)
let loaded = try Model(reading: path, registry: registry)
precondition(loaded.flow.logDensity(events) == custom.flow.logDensity(events), "a loaded model is the same flow")
print("loaded \(loaded.flow.architecture.base.text)")

do throws(FlowError) {
  _ = try Model(reading: path)
  preconditionFailure("a program without the base should refuse the model")
} catch {
  print("without the registry: \(error.message)")
}
