import FlowKit
import Foundation
import Testing

/// Fits with an encoder in which labels, or the features of another encoder, have a part.
@Suite struct EncoderLabelTests {
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

  /// Of a flow of each label: probabilities of labels, and what is said of them where the true ones are known.
  @Test func probabilitiesOfLabels() throws {
    let fit = try workspace.run(Self.fit + ["--objective", "triplet(label=label,flow=conditional)", "--json"])
    let result = try #require(lines(fit.output).last)
    #expect(fit.code == 0 && result.contains("\"classification\":{\"accuracy\":") && result.contains("\"count\":30"))
    let line = try workspace.json(["density", "m.h5", "data.h5", "--labels", "label", "-o", "scores.h5"])[0]
    let classification = try #require(line["classification"] as? [String: Any])
    try workspace.expectSuccess(["encode", "m.h5", "plain.h5", "-o", "p.h5", "--write", "probabilities"])
    try workspace.expectSuccess(["encode", "m.h5", "plain.h5", "-o", "labels.h5", "--write", "labels"])
    let (probabilities, labels) = (try workspace.numbers("p.h5"), try workspace.numbers("labels.h5"))
    #expect(probabilities.count == 900 && labels.count == 300)
    var (right, loss) = (0, 0.0)
    for row in 0..<300 {
      let own = probabilities[(3 * row)..<(3 * row + 3)]
      #expect(abs(own.reduce(0, +) - 1) < 1e-12 && own[3 * row + Int(labels[row])] == own.max())
      if Int(labels[row]) == row % 3 { right += 1 }
      loss -= log(own[3 * row + row % 3]) / 300
    }
    #expect(classification["accuracy"] as? Double == Double(right) / 300)
    #expect(abs(try #require(classification["logLoss"] as? Double) - loss) < 1e-9)
    // log p(z) is that of all labels together.
    let model = try workspace.model("m.h5")
    let encoding = try #require(model.encoding)
    let latents = try encoding.encoder.latents(of: workspace.numbers("plain.h5"))
    let (densities, _) = try BayesClassifier(model.ensemble, #require(encoding.classes))(latents)
    #expect(try workspace.numbers("scores.h5") == densities)
    #expect(
      try workspace.run(["density", "m.h5", "data.h5", "--labels", "label"]).output.contains("calibration error"))
    for (command, part) in [
      (["density", "m.h5", "data.h5", "--labels", "nothing"], "nothing"),
      (["density", "m.h5", "data.h5", "--labels", "a"], "asked for twice"),
      (["sample", "m.h5", "-n", "2", "-o", "s.h5"], "has no decoder"),
    ] {
      let refused = try workspace.run(command)
      #expect(refused.code == 1 && refused.errors.contains(part), "\(refused.errors)")
    }
    try workspace.write("other.h5", [[1, 2, 3, 4, 9]], columns: ["a", "b", "c", "d", "label"])
    let other = try workspace.run(["density", "m.h5", "other.h5", "--labels", "label"])
    #expect(other.code == 1 && other.errors.contains("the label is 9 in row 0"))
    try workspace.expectSuccess(["fit", "plain.h5", "-o", "flow.h5", "--columns", "a,b"] + quick)
    let plain = try workspace.run(["density", "flow.h5", "data.h5", "--labels", "label"])
    #expect(plain.code == 1 && plain.errors.contains("predicts no labels"))
    let schemas = [
      Self.fit + ["--objective", "triplet(label=label,flow=conditional)", "--force"],
      ["density", "m.h5", "data.h5", "--labels", "label"],
      ["encode", "m.h5", "plain.h5", "-o", "q.h5", "--write", "probabilities"], ["inspect", "m.h5"],
    ]
    for command in schemas {
      let schema = try JSONSchema(command[0])
      for line in lines(try workspace.run(command + ["--json"]).output) { #expect(try schema.violations(line).isEmpty) }
    }
  }

  /// Features of another model's encoder, in the loss of this one's.
  @Test func perceptual() throws {
    try fitted()
    let features = Self.fit.map { $0 == "m.h5" ? "p.h5" : $0 } + ["--columns", "a,b,c,d", "--objective"]
    try workspace.expectSuccess(features + ["ae(features=m.h5)"])
    let (plain, model) = (try workspace.model("m.h5"), try workspace.model("p.h5"))
    #expect(model.encoding?.objective.text == "ae(features=m.h5)")
    #expect(model.encoding?.encoder.parameters.count == plain.encoding?.encoder.parameters.count)
    #expect(model.encoding?.encoder.parameters != plain.encoding?.encoder.parameters)
    try workspace.expectSuccess(["decode", "p.h5", "plain.h5", "-o", "x.h5", "--columns", "a,b"])
    let again = try workspace.run(features + ["ae(features=m.h5)", "--resume"])
    #expect(again.code == 0 && again.errors.contains("training has ended already"))
    try workspace.expectSuccess(["fit", "plain.h5", "-o", "flow.h5", "--columns", "a,b"] + quick)
    for (file, part) in [("nothing.h5", "nothing.h5"), ("flow.h5", "has no encoder"), ("plain.h5", "no FlowKit model")]
    {
      let refused = try workspace.run(features + ["ae(features=\(file))", "--force"])
      #expect(refused.code == 1 && refused.errors.contains(part), "\(refused.errors)")
    }
    let other = try workspace.run(
      features.map { $0 == "a,b,c,d" ? "b,a,c,d" : $0 } + ["ae(features=m.h5)", "--force"])
    #expect(other.code == 1 && other.errors.contains("features are of the columns a, b, c, d"), "\(other.errors)")
  }

  /// Triplets of rows in a file.
  @Test func givenTriplets() throws {
    let triplets = (0..<600).map { index in
      let (a, p, n) = (index % 300, (index + 3 * (1 + index % 50)) % 300, (index + 1) % 300)
      return [Double(a), Double(p), Double(n)]
    }
    try workspace.write("t.h5", triplets, columns: ["anchor", "positive", "negative"])
    let objective = ["--columns", "a,b,c,d", "--objective", "triplet(triplets=t.h5,margin=0.3)"]
    let outcome = try workspace.expectSuccess(Self.fit + objective)
    #expect(outcome.errors.contains("triplets of the epoch were active"))
    let model = try workspace.model("m.h5")
    #expect(model.encoding?.objective.text == "triplet(triplets=t.h5,margin=0.3)" && model.columns.count == 4)
    #expect(try workspace.json(["density", "m.h5", "plain.h5"])[0]["mean"] is Double)
    #expect(try workspace.run(Self.fit + objective + ["--resume"]).errors.contains("training has ended already"))
    for (rows, part) in [
      ([[0, 1, 300]], "names row 300, but the rows of"), ([[0, 1, 1]], "names a row twice"),
      ([[0, 1, 2.5]], "triplet 0 has 2.5"), ([[0, -1, 2]], "triplet 0 has -1.0"),
    ] as [([[Double]], String)] {
      try workspace.write("bad.h5", rows, columns: ["anchor", "positive", "negative"])
      let bad = try workspace.run(
        Self.fit + ["--columns", "a,b,c,d", "--objective", "triplet(triplets=bad.h5)", "--force"])
      #expect(bad.code == 1 && bad.errors.contains(part) && lines(bad.errors).count == 1, "\(bad.errors)")
    }
    for (text, part) in [
      ("triplet(triplets=plain.h5)", "plain.h5 has 4 columns"), ("triplet(triplets=none.h5)", "none.h5"),
      ("triplet(triplets=t.h5,label=label)", "name one of them"),
    ] {
      let bad = try workspace.run(Self.fit + ["--columns", "a,b,c,d", "--objective", text, "--force"])
      #expect(bad.code == 1 && bad.errors.contains(part), "\(text): \(bad.errors)")
    }
  }
}
