// A network and a layer with a network inside, both one's own: trained, saved and loaded: CustomNetwork MODEL.h5
import FlowKit
import FlowKitTestSupport
import Glibc

let path = CommandLine.arguments[1]
let registry = Registry.standard.adding(CosineNetwork.self).adding(Twist.self)

func chain(_ layers: String, context: Int = 0) throws -> Chain {
  var random = RandomStream(seed: 0, purpose: .architecture)
  return try LayerList(layers).chain(dimension: 2, contextDimension: context, registry: registry, using: &random)
}

// The network keeps its promises where every layer that holds it keeps its own.
var laws = BijectorLaws()
laws.registry = registry
for (layer, context) in [
  ("coupling-affine(network=cosine,units=7)", 0), ("coupling-affine(network=cosine,units=7)", 2),
  ("elementwise-affine(network=cosine,units=5)", 2), ("twist(hidden=8,activation=tanh)", 0),
  ("twist(network=cosine,units=6)", 2),
] {
  let violations = try [layer, "inverse(\(layer))"].flatMap { laws.violations(of: try chain($0, context: context)) }
  precondition(violations.isEmpty, "\(layer) given \(context): \(violations)")
}
print("lawful: \(BijectorLaw.allCases.count) laws hold of three layers and their inverses")

// A long cloud that is wound up: the angle grows with the radius.
func normal(_ random: inout RandomStream) -> Double {
  (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
}
var random = RandomStream(seed: 1, purpose: .samples)
let events = (0..<4_000).flatMap { _ -> [Double] in
  let (u, v) = (2 * normal(&random), normal(&random) / 4)
  let angle = 4 * (u * u + v * v) / (1 + u * u + v * v)
  return [cos(angle) * u - sin(angle) * v, sin(angle) * u + cos(angle) * v]
}

/// Trains the chain that `layers` describes and returns its mean log-density.
func fit(_ layers: String) throws -> (flow: Flow, mean: Double) {
  var options = TrainingOptions()
  options.epochs = 40
  options.learningRate = 0.01
  let architecture = Architecture(chain: try chain(layers), base: StandardNormal(dimension: 2))
  let flow = try Trainer(
    Flow(architecture: architecture), train: EventArray(events, dimension: 2), options: options
  ).fit().flow
  return (flow, flow.logDensity(events).reduce(0, +) / 4_000)
}

let layers = "coupling-affine(network=cosine,units=16),lower"
let plain = try fit(layers)
let twisted = try fit("twist(network=cosine,units=16),\(layers)")
print("mean log-density: \(plain.mean), with a twist \(twisted.mean)")
precondition(twisted.mean > plain.mean + 0.3, "a twist should unwind what is wound up")

try Model(flow: twisted.flow, columns: ["x", "y"]).write(to: path)
let loaded = try Model(reading: path, registry: registry)
precondition(loaded.flow.logDensity(events) == twisted.flow.logDensity(events), "a loaded model is the same flow")
print("loaded \(loaded.flow.architecture.layerList)")

do throws(FlowError) {
  _ = try Model(reading: path, registry: Registry.standard.adding(Twist.self))
  preconditionFailure("a program without the network should refuse the model")
} catch {
  print("without the network: \(error.message)")
}
