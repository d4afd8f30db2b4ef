// A layer of one's own in a flow that is trained, saved and loaded: CustomBijector MODEL.h5
import FlowKit
import FlowKitTestSupport
import Glibc

let path = CommandLine.arguments[1]
let registry = Registry.standard.adding(SinhArcsinh.self)

// What every bijector promises: round trips, log-determinants, gradients against central differences, structure, coding.
var laws = BijectorLaws()
laws.registry = registry
let violations = laws.violations(of: SinhArcsinh(dimension: 3))
precondition(violations.isEmpty, "\(violations)")
print("lawful: \(BijectorLaw.allCases.count) laws hold")

// Skewed events with heavy tails: x = sinh((asinh n + 0.5) / 0.7) of normal numbers n, and y beside it.
func normal(_ random: inout RandomStream) -> Double {
  (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
}
var random = RandomStream(seed: 1, purpose: .samples)
let events = (0..<4_000).flatMap { _ -> [Double] in
  let (n, m) = (normal(&random), normal(&random))
  return [sinh((asinh(n) + 0.5) / 0.7), n + m]
}

/// Trains the chain that `layers` describes and returns its mean log-density.
func fit(_ layers: String) throws -> (flow: Flow, mean: Double) {
  var draws = RandomStream(seed: 0, purpose: .architecture)
  let chain = try LayerList(layers).chain(dimension: 2, registry: registry, using: &draws)
  let architecture = Architecture(chain: chain, base: try Registry.standard.base("normal", dimension: 2))
  var options = TrainingOptions()
  options.epochs = 60
  options.learningRate = 0.02
  let result = try Trainer(
    Flow(architecture: architecture), train: EventArray(events, dimension: 2), options: options
  ).fit()
  return (result.flow, result.flow.logDensity(events).reduce(0, +) / 4_000)
}

let plain = try fit("lower")
let custom = try fit("sinh-arcsinh,lower")
print("mean log-density: lower \(plain.mean), sinh-arcsinh,lower \(custom.mean)")
precondition(custom.mean > plain.mean + 0.1, "the custom layer should fit skewed events better")

let samples = try custom.flow.sample(500)
precondition(samples.allSatisfy { $0.isFinite }, "samples are finite")

try Model(flow: custom.flow, columns: ["x", "y"]).write(to: path)
let loaded = try Model(reading: path, registry: registry)
precondition(loaded.flow.logDensity(events) == custom.flow.logDensity(events), "a loaded model is the same flow")
print("loaded \(loaded.flow.architecture.layerList)")

do throws(FlowError) {
  _ = try Model(reading: path)
  preconditionFailure("a program without the layer should refuse the model")
} catch {
  print("without the registry: \(error.message)")
}
