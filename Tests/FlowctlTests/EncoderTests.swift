import FlowKit
import Foundation
import Testing

/// Fits with an encoder before the flow, and what follows.
@Suite struct EncoderTests {
  private let workspace: Workspace
  private static let fit = [
    "fit", "data.h5", "-o", "m.h5", "--encoder", "12", "--latent", "2", "--epochs", "15", "--batch", "64", "--layers",
    "2*[coupling-affine(hidden=8),permute(reverse)]",
  ]

  init() throws {
    workspace = try Workspace()
    let rows = moons(300).enumerated().map { index, p in
      [p[0], p[1], p[0] * p[1], p[0] - 0.2 * p[1], Double(index % 3)]
    }
    try workspace.write("data.h5", rows, columns: ["a", "b", "c", "d", "label"])
    try workspace.write("plain.h5", rows.map { Array($0[..<4]) }, columns: ["a", "b", "c", "d"])
  }

  private func fitted(_ more: [String] = []) throws {
    try workspace.expectSuccess(Self.fit + ["--columns", "a,b,c,d"] + more)
  }

  @Test func fitsInTwoStages() throws {
    let printed = try workspace.json(Self.fit + ["--columns", "a,b,c,d"])
    #expect(printed.count == 31)
    #expect(printed[0]["objective"] as? String == "ae" && printed[0]["validObjective"] is Double)
    #expect(printed[20]["objective"] == nil && printed[20]["valid"] is Double)
    let result = try #require(printed.last)
    #expect(result["kind"] as? String == "latent" && result["valid"] is Double)
    let encoder = try #require(result["encoder"] as? [String: Any])
    #expect(encoder["objective"] as? String == "ae" && encoder["latents"] as? Int == 2)
    let model = try workspace.model("m.h5")
    #expect(model.columns == ["a", "b", "c", "d"] && model.flow.dimension == 2)
    #expect(model.encoding?.encoder.architecture.decoder?.text == "12")
  }

  @Test func encodesAndDecodes() throws {
    try fitted()
    let line = try workspace.json(["encode", "m.h5", "plain.h5", "-o", "z.h5"])[0]
    #expect(line["rows"] as? Int == 300 && line["columns"] as? [String] == ["z0", "z1"])
    let encoder = try #require(try workspace.model("m.h5").encoding).encoder
    let events = try workspace.numbers("plain.h5")
    let latents = try workspace.numbers("z.h5")
    #expect(latents == encoder.latents(of: events))
    try workspace.expectSuccess(["decode", "m.h5", "z.h5", "-o", "back.h5"])
    #expect(try workspace.numbers("back.h5") == encoder.events(from: latents))
    try workspace.expectSuccess(["encode", "m.h5", "data.h5", "-o", "z.csv", "--threads", "1"])
    let text = try String(contentsOfFile: workspace.path("z.csv"), encoding: .utf8)
    #expect(text.hasPrefix("z0,z1\n"))
  }

  /// Scores are named for what they are.
  @Test func scores() throws {
    try fitted()
    let line = try workspace.json(["density", "m.h5", "data.h5", "-o", "scores.h5"])[0]
    #expect(line["kind"] as? String == "latent" && line["count"] as? Int == 300 && line["nonFinite"] as? Int == 0)
    let model = try workspace.model("m.h5")
    let encoder = try #require(model.encoding).encoder
    let events = try workspace.numbers("plain.h5")
    let densities = model.flow.logDensity(encoder.latents(of: events))
    let errors = try encoder.reconstructionErrors(of: events)
    #expect(try workspace.numbers("scores.h5") == zip(densities, errors).flatMap { [$0, $1] })
    let mean = densities.reduce(0, +) / 300
    #expect(abs(try #require(line["mean"] as? Double) - mean) < 1e-12)
    let reconstruction = errors.reduce(0, +) / 300
    #expect(abs(try #require(line["reconstruction"] as? Double) - reconstruction) < 1e-12)
    let text = try workspace.expectSuccess(["density", "m.h5", "data.h5"]).output
    #expect(text.contains("no density of the columns") && text.contains("reconstruction error"))
  }

  @Test func samplesThroughTheDecoder() throws {
    try fitted()
    try workspace.expectSuccess(["sample", "m.h5", "-n", "20", "-o", "s.h5", "--seed", "4"])
    let model = try workspace.model("m.h5")
    let encoder = try #require(model.encoding).encoder
    let drawn = try workspace.numbers("s.h5")
    #expect(drawn.count == 80)
    #expect(try drawn == encoder.events(from: model.flow.sample(20, seed: 4)))
  }

  @Test func saysWhatItIs() throws {
    try fitted()
    let line = try workspace.json(["inspect", "m.h5"])[0]
    #expect(line["formatVersion"] as? Int == 4 && line["dimension"] as? Int == 4)
    let encoder = try #require(line["encoder"] as? [String: Any])
    #expect(encoder["latents"] as? Int == 2 && encoder["network"] as? String == "12")
    #expect(try workspace.expectSuccess(["inspect", "m.h5"]).output.contains("not of the columns"))
    let outcome = try workspace.run(["check", "m.h5"])
    #expect(outcome.code == 2 && outcome.output.contains("not invertible"))
    #expect(outcome.output.contains("there is no density of the 4 columns"))
    #expect(try workspace.expectSuccess(["diff", "m.h5", "m.h5"]).output.contains("hold the same flow"))
    try workspace.expectSuccess(
      Self.fit.map { $0 == "m.h5" ? "n.h5" : $0 == "12" ? "13" : $0 } + ["--columns", "a,b,c,d"])
    #expect(try workspace.expectSuccess(["diff", "m.h5", "n.h5"]).output.contains("encoder 12, decoder 12"))
    for command in [
      ["calibrate", "m.h5", "data.h5"], ["report", "m.h5", "data.h5", "-o", "r.html"], ["reweight", "m.h5", "data.h5"],
    ] {
      let refused = try workspace.run(command)
      #expect(refused.code == 1 && refused.errors.contains("its flow is a density of latents"), "\(command)")
    }
  }

  /// What was ended after the encoder's training, or in the flow's, goes on to the same bits.
  @Test func resumes() throws {
    try fitted()
    let whole = try workspace.model("m.h5")
    let again = try workspace.run(Self.fit + ["--columns", "a,b,c,d", "--resume"])
    #expect(again.code == 0 && again.errors.contains("training has ended already"))
    let other = try workspace.run(
      Self.fit.map { $0 == "12" ? "11" : $0 } + ["--columns", "a,b,c,d", "--resume"])
    #expect(other.code == 1 && other.errors.contains("other networks"))
    let longer = try workspace.run(
      Self.fit.map { $0 == "15" ? "16" : $0 } + ["--columns", "a,b,c,d", "--resume"])
    #expect(longer.code == 1 && longer.errors.contains("other options of training"))
    #expect(try workspace.model("m.h5").flow.parameters == whole.flow.parameters)
  }

  @Test func tripletsAndDomains() throws {
    let objective = ["--objective", "triplet(label=label)"]
    let outcome = try workspace.expectSuccess(Self.fit + objective)
    #expect(outcome.errors.contains("triplets of the epoch were active"))
    let model = try workspace.model("m.h5")
    #expect(model.columns == ["a", "b", "c", "d"] && model.encoding?.encoder.hasDecoder == false)
    let refused = try workspace.run(["sample", "m.h5", "-n", "2", "-o", "s.h5"])
    #expect(refused.code == 1 && refused.errors.contains("has no decoder"))
    let line = try workspace.json(["density", "m.h5", "plain.h5"])[0]
    #expect(line["mean"] is Double && !(line["reconstruction"] is Double))
    let rows = moons(300).enumerated().map { index, p in
      [p[0], p[1] + Double(index % 2), Double(index / 150), Double(index % 2)]
    }
    try workspace.write("two.h5", rows, columns: ["x", "y", "class", "origin"])
    try workspace.expectSuccess([
      "fit", "two.h5", "-o", "dann.h5", "--encoder", "8", "--latent", "3", "--epochs", "10", "--objective",
      "dann(label=class,domain=origin)", "--layers", "lower",
    ])
    try workspace.expectSuccess(["encode", "dann.h5", "two.h5", "-o", "p.h5", "--write", "probabilities"])
    let (p, scores) = (
      try workspace.numbers("p.h5"), try workspace.json(["density", "dann.h5", "two.h5", "--labels", "class"])[0]
    )
    let accuracy = Double((0..<300).count { (p[2 * $0] < p[2 * $0 + 1]) == ($0 >= 150) }) / 300
    #expect((scores["classification"] as? [String: Any])?["accuracy"] as? Double == accuracy)
    try workspace.expectSuccess(["encode", "dann.h5", "two.h5", "-o", "labels.h5", "--write", "labels"])
    let labels = try workspace.numbers("labels.h5")
    #expect(labels.count == 300 && Set(labels).isSubset(of: [0, 1]))
  }

  /// What --json prints fits docs/schemas.
  @Test func jsonFitsTheSchemas() throws {
    func expectFits(_ arguments: [String], code: Int32 = 0) throws {
      let schema = try JSONSchema(arguments[0])
      let outcome = try workspace.run(arguments + ["--json"])
      #expect(outcome.code == code, "\(outcome.errors)")
      for line in lines(outcome.output) {
        let violations = try schema.violations(line)
        #expect(violations.isEmpty, "\(arguments): \(violations)")
      }
    }
    try expectFits(Self.fit + ["--columns", "a,b,c,d"])
    try expectFits(["inspect", "m.h5"])
    try expectFits(["density", "m.h5", "plain.h5"])
    try expectFits(["encode", "m.h5", "plain.h5", "-o", "z.h5"])
    try expectFits(["decode", "m.h5", "z.h5", "-o", "x.h5"])
    try expectFits(["check", "m.h5"], code: 2)
    try expectFits([
      "fit", "plain.h5", "-o", "v.h5", "--encoder", "8", "--latent", "1", "--epochs", "3", "--objective", "vae",
    ])
    try expectFits(["inspect", "v.h5"])
    try expectFits(["density", "v.h5", "plain.h5"])
    try expectFits([
      "fit", "plain.h5", "-o", "w.h5", "--encoder", "8", "--latent", "1", "--epochs", "3", "--objective",
      "vae(posterior=flow)",
    ])
    try expectFits(["inspect", "w.h5"])
  }

  @Test func badOptionsAreSaid() throws {
    for (options, part) in [
      (["--encoder", "12"], "give --latent"), (["--latent", "2"], "belong to --encoder"),
      (["--objective", "ae"], "ae trains an encoder"),
      (["--encoder", "12", "--latent", "2", "--objective", "energy"], "'energy' trains no encoder"),
      (["--encoder", "12", "--latent", "2", "--objective", "ae(weights=a:0)"], "'a:0' is no weight of a column"),
      (["--encoder", "12", "--latent", "2", "--objective", "ae(weights=e:2)"], "a weight is given to 'e'"),
      (["--encoder", "0", "--latent", "2"], "widths"),
      (
        ["--encoder", "12", "--latent", "2", "--objective", "vae(prior=uniform)"], "normal, flow, or one of mixture(K)"
      ),
      (
        ["--encoder", "12", "--latent", "2", "--objective", "vae(prior=mixture(3))", "--base", "laplace"],
        "the prior is mixture(3)"
      ),
      (["--encoder", "12", "--latent", "2", "--objective", "vae(posterior=any)"], "normal, flow, or flow(LAYERS)"),
      (["--encoder", "12", "--latent", "2", "--objective", "vae(posterior=flow(none))"], "unknown layer 'none'"),
      (["--encoder", "12", "--latent", "2", "--objective", "triplet"], "learns from a column of labels"),
      (["--encoder", "12", "--latent", "2", "--objective", "triplet(label=a)"], "labels are whole numbers"),
      (
        ["--encoder", "12", "--latent", "2", "--objective", "triplet(label=label)", "--decoder", "3"],
        "leave the decoder out"
      ),
    ] {
      let outcome = try workspace.run(["fit", "data.h5", "-o", "bad.h5", "--epochs", "2"] + options)
      #expect(outcome.code == 1 && outcome.errors.contains(part), "\(options): \(outcome.errors)")
    }
    try workspace.expectSuccess(["fit", "plain.h5", "-o", "flow.h5", "--columns", "a,b"] + quick)
    let outcome = try workspace.run(["encode", "flow.h5", "plain.h5", "-o", "z.h5"])
    #expect(outcome.code == 1 && outcome.errors.contains("has no encoder"))
  }
}
