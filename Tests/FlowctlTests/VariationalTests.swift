import FlowKit
import Foundation
import Testing

/// Variational encoders from the command line: their heads, priors and posteriors.
@Suite struct VariationalTests {
  private let workspace: Workspace
  private static let fit = [
    "fit", "counts.h5", "-o", "v.h5", "--encoder", "8", "--latent", "1", "--epochs", "10", "--objective",
    "vae(head=categorical,levels=5,prior=flow)", "--layers", "lower",
  ]

  init() throws {
    workspace = try Workspace()
    let rows = moons(300).map { p in [p[0] > 0.5 ? 1.0 : 0, (2 + p[1]).rounded(), p[0] + p[1] > 0.5 ? 1 : 0] }
    try workspace.write("counts.h5", rows, columns: ["a", "b", "c"])
  }

  /// A variational encoder: its bound, draws and means.
  @Test func variational() throws {
    let printed = try workspace.json(Self.fit)
    #expect(printed.count == 11 && printed.last?["kind"] as? String == "bound")
    let line = try workspace.json(["density", "v.h5", "counts.h5", "--draws", "20", "-o", "b.h5"])[0]
    #expect(line["kind"] as? String == "bound" && line["draws"] as? Int == 20)
    let model = try workspace.model("v.h5")
    let encoding = try #require(model.encoding)
    let bounds = try VariationalEvaluator(encoding.encoder, prior: model.flow).bounds(
      of: workspace.numbers("counts.h5"), draws: 20)
    let written = try workspace.numbers("b.h5")
    #expect((0..<300).allSatisfy { written[2 * $0] == bounds[$0] })
    try workspace.expectSuccess(["sample", "v.h5", "-n", "50", "-o", "s.h5"])
    let whole = try workspace.numbers("s.h5")
    #expect(whole.allSatisfy { $0 == $0.rounded() && 0...4 ~= $0 })
    try workspace.expectSuccess(["sample", "v.h5", "-n", "50", "-o", "means.h5", "--means"])
    #expect(try workspace.numbers("means.h5").contains { $0 != $0.rounded() })
    for part in ["sigma", "draws"] {
      try workspace.expectSuccess(["encode", "v.h5", "counts.h5", "-o", "\(part).h5", "--write", part])
      #expect(try workspace.numbers("\(part).h5").count == 300)
    }
    let again = try workspace.run(Self.fit + ["--resume"])
    #expect(again.code == 0 && again.errors.contains("training has ended already"))
    let refused = try workspace.run(Self.fit.map { $0.replacing("levels=5", with: "levels=2") } + ["--force"])
    #expect(refused.code == 1 && refused.errors.contains("whole numbers from 0 to 1 alone"))
  }

  @Test func aFlowAsThePosterior() throws {
    let flow = Array(Self.fit.map { $0.replacing("prior=flow", with: "posterior=flow") }.dropLast(2))
    #expect(try workspace.run(flow).code == 0)
    let posterior = "2*[autoregressive-affine(hidden=32x32),permute(reverse)]"
    let inspected = try workspace.expectSuccess(["inspect", "v.h5"]).output
    #expect(inspected.contains("posterior \(posterior)"), "\(inspected)")
    #expect(try workspace.json(["density", "v.h5", "counts.h5"])[0]["mean"] is Double)
    let noSigma = try workspace.run(["encode", "v.h5", "counts.h5", "-o", "no.h5", "--write", "sigma"])
    #expect(noSigma.code == 1 && noSigma.errors.contains("the posterior is a flow"))
    try workspace.expectSuccess(["encode", "v.h5", "counts.h5", "-o", "more.h5", "--write", "draws"])
    try workspace.expectSuccess(["sample", "v.h5", "-n", "50", "-o", "s.h5"])
    #expect(try workspace.run(flow + ["--resume"]).errors.contains("training has ended already"))
  }

  @Test func aMixtureAsThePrior() throws {
    let mixture = Array(Self.fit.map { $0.replacing("prior=flow", with: "prior=mixture(3)") }.dropLast(2))
    #expect(try workspace.run(mixture).code == 0)
    let base = try workspace.model("v.h5").flow.architecture.base.text
    #expect(base == "mixture(3)")
    try workspace.expectSuccess(["sample", "v.h5", "-n", "50", "-o", "s.h5"])
    #expect(try workspace.json(["density", "v.h5", "counts.h5"])[0]["mean"] is Double)
    #expect(try workspace.run(mixture + ["--resume"]).errors.contains("training has ended already"))
  }
}
