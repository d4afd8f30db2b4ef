import FlowKit
import Testing

/// Networks that a layer list chooses, from the fit to the samples.
@Suite struct NetworkTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test(arguments: [
    "coupling-affine(network=residual,hidden=16,blocks=1,dropout=0.1)",
    "autoregressive-rqs(bins=4,network=residual,hidden=16,dropout=0.2)",
    "coupling-affine(hidden=16x8,activation=silu,dropout=0.1)",
  ])
  func aNetworkIsFittedShownAndUsed(layer: String) throws {
    try workspace.writeMoons("data.h5", 1_000)
    let layers = ["--layers", "\(layer),permute(reverse),\(layer)"]
    let fit = layers + ["--epochs", "20", "--batch", "50", "--learning-rate", "0.005"]
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--threads", "1"] + fit)

    let shown = try workspace.json(["inspect", "model.h5"])[0]
    let list = try #require(shown["layers"] as? String)
    #expect(list.contains("dropout=") && list.contains("network=residual") == layer.contains("network=residual"))
    var random = RandomStream(seed: 0, purpose: .architecture)
    #expect(LayerList.describing(try LayerList(list).chain(dimension: 2, using: &random).layers) == list)

    // Nothing is dropped outside training: the number is the same every time.
    let density = ["density", "model.h5", "data.h5"]
    let means = try (0..<2).map { _ in try #require(try workspace.json(density)[0]["mean"] as? Double) }
    #expect(means[0] == means[1])
    let losses = try workspace.model().history.compactMap(\.valid)
    #expect(losses.last! < losses[0] - 0.05, "\(losses)")
    try workspace.expectSuccess(["sample", "model.h5", "-n", "500", "-o", "samples.h5"])
    let ofSamples = try workspace.json(["density", "model.h5", "samples.h5"])[0]
    #expect(try #require(ofSamples["mean"] as? Double) > -4)

    // Another number of threads drops the same units.
    try workspace.expectSuccess(["fit", "data.h5", "-o", "again.h5", "--threads", "3"] + fit)
    #expect(try workspace.model("again.h5").flow.parameters == workspace.model().flow.parameters)
  }
}
