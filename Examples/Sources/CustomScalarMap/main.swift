// A scalar map of one's own: a line makes its layers, which are trained, saved and loaded: CustomScalarMap MODEL.h5
import FlowKit
import FlowKitTestSupport
import Glibc

let path = CommandLine.arguments[1]
let registry = Registry.standard.adding(map: SinhArcsinhMap.self)

func chain(_ layers: String) throws -> Chain {
  var random = RandomStream(seed: 0, purpose: .architecture)
  return try LayerList(layers).chain(dimension: 2, registry: registry, using: &random)
}

// What every layer promises, of the map's three layers and of their inverses: the map itself says how it leads back, its
// derivative that way follows from the forward one.
var laws = BijectorLaws()
laws.registry = registry
for layer in [
  "coupling-sinh-arcsinh(hidden=8,activation=tanh)", "autoregressive-sinh-arcsinh(hidden=8,activation=tanh)",
  "elementwise-sinh-arcsinh",
] {
  let violations = laws.violations(of: try chain(layer)) + laws.violations(of: try chain("inverse(\(layer))"))
  precondition(violations.isEmpty, "\(layer): \(violations)")
}
print("lawful: \(BijectorLaw.allCases.count) laws hold of three layers and their inverses")

// Skewed events whose skewness depends on the other feature: x = sinh(asinh n + y/2).
func normal(_ random: inout RandomStream) -> Double {
  (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
}
var random = RandomStream(seed: 1, purpose: .samples)
let events = (0..<4_000).flatMap { _ -> [Double] in
  let y = normal(&random)
  return [y, sinh(asinh(normal(&random)) + y / 2)]
}

/// Trains the chain that `layers` describes and returns its mean log-density.
func fit(_ layers: String) throws -> (flow: Flow, mean: Double) {
  let architecture = Architecture(chain: try chain(layers), base: StandardNormal(dimension: 2))
  var options = TrainingOptions()
  options.epochs = 60
  options.learningRate = 0.01
  let flow = try Trainer(
    Flow(architecture: architecture), train: EventArray(events, dimension: 2), options: options
  ).fit().flow
  return (flow, flow.logDensity(events).reduce(0, +) / 4_000)
}

let affine = try fit("coupling-affine(hidden=16)")
let custom = try fit("coupling-sinh-arcsinh(hidden=16)")
print("mean log-density: affine \(affine.mean), sinh-arcsinh \(custom.mean)")
precondition(custom.mean > affine.mean + 0.02, "the custom map should fit events that it can make normal better")

try Model(flow: custom.flow, columns: ["y", "x"]).write(to: path)
let loaded = try Model(reading: path, registry: registry)
precondition(loaded.flow.logDensity(events) == custom.flow.logDensity(events), "a loaded model is the same flow")
print("loaded \(loaded.flow.architecture.layerList)")
