import FlowKit
import Foundation
import Testing

/// Fits with an encoder and a context, and what follows.
@Suite struct EncoderContextTests {
  private let workspace: Workspace
  private static let fit = [
    "fit", "data.h5", "-o", "m.h5", "--columns", "a,b,c", "--context", "angle", "--encoder", "12", "--latent", "2",
    "--epochs", "10", "--batch", "64", "--layers", "2*[coupling-affine(hidden=8),permute(reverse)]",
  ]

  init() throws {
    workspace = try Workspace()
    let rows = moons(300).enumerated().map { index, p in
      let t = Double(index % 7)
      return [p[0] + t, p[1], p[0] * p[1] - t, t]
    }
    try workspace.write("data.h5", rows, columns: ["a", "b", "c", "angle"])
    try workspace.write("plain.h5", rows.map { Array($0[..<3]) }, columns: ["a", "b", "c"])
    try workspace.write("angles.h5", rows.map { [$0[3]] }, columns: ["angle"])
  }

  private func context() throws -> [Double] { try workspace.numbers("angles.h5") }

  /// M × N × D.
  private func samples() throws -> [Double] {
    try HDF5.File(reading: workspace.path("s.h5")).root().dataset("samples").read()
  }

  @Test func allCommandsTakeTheContext() throws {
    let printed = try workspace.expectSuccess(Self.fit).output
    #expect(printed.contains("p(z | context)"))
    let model = try workspace.model("m.h5")
    let encoder = try #require(model.encoding).encoder
    let (rows, context) = (try workspace.numbers("plain.h5"), try context())
    let latents = encoder.latents(of: rows, context: context)
    try workspace.expectSuccess(["encode", "m.h5", "data.h5", "-o", "z.h5"])
    #expect(try workspace.numbers("z.h5") == latents)
    try workspace.expectSuccess(["encode", "m.h5", "plain.h5", "--context", "angles.h5", "-o", "z.h5", "--force"])
    #expect(try workspace.numbers("z.h5") == latents)
    try workspace.expectSuccess(["decode", "m.h5", "z.h5", "--context", "data.h5", "-o", "back.h5"])
    let back = try encoder.events(from: latents, context: context)
    #expect(try workspace.numbers("back.h5") == back)
    let line = try workspace.json(["density", "m.h5", "plain.h5", "--context", "angles.h5", "-o", "scores.h5"])[0]
    #expect(line["kind"] as? String == "latent" && line["count"] as? Int == 300)
    let densities = model.flow.logDensity(latents, context: context)
    let errors = try encoder.reconstructionErrors(of: rows, context: context)
    #expect(try workspace.numbers("scores.h5") == zip(densities, errors).flatMap { [$0, $1] })
    try workspace.expectSuccess(["sample", "m.h5", "-n", "2", "--context", "angles.h5", "-o", "s.h5", "--seed", "4"])
    let twice = context.flatMap { [$0, $0] }
    let draws = try encoder.events(from: model.flow.sample(600, context: twice, seed: 4), context: twice)
    #expect(try samples() == draws)
    let again = try workspace.run(Self.fit + ["--resume"])
    #expect(again.code == 0 && again.errors.contains("training has ended already"))
    #expect(try workspace.expectSuccess(["inspect", "m.h5"]).output.contains("given       angle"))
    #expect(try workspace.expectSuccess(["diff", "m.h5", "m.h5"]).output.contains("hold the same flow"))
    let check = try workspace.run(["check", "m.h5"])
    #expect(check.code == 2 && check.output.contains("there is no density of the 3 columns"))
  }

  @Test(arguments: ["vae", "vae(sigma=columns,prior=flow)", "vae(prior=mixture(2))"])
  func variational(objective: String) throws {
    let fit = (objective.contains("flow") ? Self.fit : Self.fit.dropLast(2)) + ["--objective", objective]
    let printed = try workspace.json(fit)
    #expect(printed.last?["kind"] as? String == "bound")
    let model = try workspace.model("m.h5")
    let encoding = try #require(model.encoding)
    #expect(model.flow.contextDimension == 1 && encoding.encoder.contextDimension == 1)
    try workspace.expectSuccess(["density", "m.h5", "data.h5", "--draws", "5", "-o", "b.h5"])
    let bounds = try VariationalEvaluator(encoding.encoder, prior: model.flow).bounds(
      of: workspace.numbers("plain.h5"), context: context(), draws: 5)
    let written = try workspace.numbers("b.h5")
    #expect((0..<300).allSatisfy { written[2 * $0] == bounds[$0] })
    for part in ["sigma", "draws"] {
      try workspace.expectSuccess(["encode", "m.h5", "data.h5", "-o", "\(part).h5", "--write", part])
      #expect(try workspace.numbers("\(part).h5").count == 600)
    }
    try workspace.expectSuccess(["sample", "m.h5", "-n", "1", "--context", "angles.h5", "-o", "s.h5", "--means"])
    #expect(try samples().count == 900)
    #expect(try workspace.run(fit + ["--resume"]).errors.contains("training has ended already"))
  }

  @Test func mistakesAreSaid() throws {
    try workspace.expectSuccess(Self.fit)
    try workspace.expectSuccess(
      Self.fit.map { $0 == "m.h5" ? "p.h5" : $0 }.filter { !["--context", "angle"].contains($0) })
    for (command, part) in [
      (["density", "m.h5", "plain.h5"], "angle"), (["encode", "m.h5", "plain.h5", "-o", "x.h5"], "angle"),
      (["sample", "m.h5", "-n", "2", "-o", "x.h5"], "the model is conditional on angle"),
      (["density", "p.h5", "plain.h5", "--context", "angles.h5"], "has no context, but some is given"),
      (["encode", "p.h5", "plain.h5", "--context", "angles.h5", "-o", "x.h5"], "has no context, but some is given"),
      (["density", "m.h5", "data.h5", "--labels", "angle"], "predicts no labels"),
      (Self.fit + ["--force", "--objective", "triplet(label=angle)"], "--context is for ae and vae"),
      (Self.fit + ["--force", "--objective", "ae(features=m.h5)"], "sees the context angle"),
      (Self.fit + ["--force", "--context-embedding", "8"], "--context-embedding cannot be given with --encoder"),
      (
        Self.fit.map { $0 == "angle" ? "b" : $0 == "a,b,c" ? "a,c" : $0 } + ["--resume"],
        "its training data were others"
      ),
    ] {
      let outcome = try workspace.run(command)
      #expect(outcome.code == 1 && outcome.errors.contains(part), "\(command): \(outcome.errors)")
    }
  }
}
