import FlowKit
import Testing

@Suite struct DensityTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  @Test func printsCountMeanAndStandardError() throws {
    let printed = try workspace.json(["density", "model.h5", "data.h5"])
    #expect(printed.count == 1)
    #expect(
      kinds(printed[0]) == [
        "count": "number", "mean": "number", "standardError": "number", "finiteMean": "number",
        "finiteStandardError": "number", "densityZero": "number", "nonFinite": "number", "data": "text",
      ])
    #expect(printed[0]["count"] as? Int == 400 && printed[0]["nonFinite"] as? Int == 0)
    let outcome = try workspace.expectSuccess(["density", "model.h5", "data.h5"])
    #expect(lines(outcome.output).first == "scored data.h5:/events: 400 events")
    #expect(outcome.output.contains("mean log-density -"))
  }

  @Test func writesOneValuePerRow() throws {
    let printed = try workspace.json(["density", "model.h5", "data.h5", "-o", "out.h5"])
    let values = try workspace.numbers("out.h5")
    #expect(values == (try workspace.model().flow.logDensity(Array(moons(400).joined()))))
    let mean = values.reduce(0, +) / 400
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
    #expect(abs(try #require(printed[0]["mean"] as? Double) - mean) < 1e-12)
    #expect(abs(try #require(printed[0]["standardError"] as? Double) - (variance / 400).squareRoot()) < 1e-12)
    let dataset = try HDF5.File(reading: workspace.path("out.h5")).root().dataset("log_density")
    #expect(dataset.shape == [400])
  }

  @Test func doesNotDependOnTheNumberOfThreads() throws {
    let printed = try ["1", "2", "3"].map { threads in
      try workspace.json(["density", "model.h5", "data.h5", "--threads", threads])[0]["mean"] as? Double
    }
    #expect(Set(printed).count == 1)
  }

  /// Columns are found by name, in any order and among others; without names by place.
  @Test func findsTheModelsColumns() throws {
    let mean = try workspace.json(["density", "model.h5", "data.h5"])[0]["mean"] as? Double
    try workspace.write("other.h5", moons(400).map { [$0[1], 9, $0[0]] }, columns: ["y", "z", "x"])
    #expect(try workspace.json(["density", "model.h5", "other.h5"])[0]["mean"] as? Double == mean)
    try workspace.write("plain.h5", moons(400))
    #expect(try workspace.json(["density", "model.h5", "plain.h5"])[0]["mean"] as? Double == mean)
  }

  @Test func eventsOutsideTheDomainAreCounted() throws {
    let inside = moons(200).map { row in row.map { 1 / (1 + $0 * $0 + 0.1) } }
    try workspace.write("unit.h5", inside, columns: ["x", "y"])
    try workspace.expectSuccess(
      ["fit", "unit.h5", "-o", "unit-model.h5", "--layers", "monotone(logit),lower", "--epochs", "2"])
    try workspace.write("wider.h5", [[0.5, 0.5], [0.5, 1], [-2, 0.5]], columns: ["x", "y"])
    let outcome = try workspace.expectSuccess(["density", "unit-model.h5", "wider.h5", "-o", "scores.h5"])
    #expect(
      outcome.errors.contains(
        "2 rows are outside the model's domain, or beyond its numbers; their log-density is -infinity"))
    let scores = try workspace.numbers("scores.h5")
    #expect(scores[0].isFinite && scores[1...] == [-.infinity, -.infinity])
    try workspace.expectFailure(
      ["fit", "wider.h5", "-o", "no.h5", "--layers", "monotone(logit),lower", "--valid", "unit.h5"],
      "wider.h5:/events: 2 rows have values outside the domain of the layers, first 1.0 in row 1, column 'y', where "
        + "monotone(logit) takes 0.0 < x < 1.0; leave such rows out, or begin with another layer")
    try workspace.expectFailure(
      ["fit", "unit.h5", "-o", "no.h5", "--layers", "monotone(logit),lower", "--valid", "wider.h5"],
      "wider.h5:/events: 2 rows have values outside the domain of the layers, first 1.0 in row 1, column 'y', where "
        + "monotone(logit) takes 0.0 < x < 1.0; leave such rows out, or begin with another layer")
  }

  /// The note on standard error and the line of the mean say the same.
  @Test func eventsFarAwayAreCountedWhereTheirDensityIsZero() throws {
    func scored(_ rows: [[Double]], _ options: [String] = []) throws -> String {
      try workspace.write("far.h5", rows, columns: ["x", "y"])
      let outcome = try workspace.run(["density", "model.h5", "far.h5"] + options)
      #expect(outcome.code == 0 && outcome.errors.contains("their log-density is -infinity"), "\(outcome.errors)")
      return outcome.output
    }
    let far: [[Double]] = [[0, 0], [1e300, 0], [0, -1e300]]
    let printed = try jsonLines(try scored(far, ["--json"]))[0]
    #expect(printed["count"] as? Int == 3 && printed["nonFinite"] as? Int == 2 && printed["densityZero"] as? Int == 2)
    #expect(kind(printed["mean"]) == "null" && kind(printed["finiteMean"]) == "number")
    let said = lines(try scored(far))
    #expect(
      said.count == 2
        && said[1].hasPrefix(
          "mean log-density: -infinity, because 2 of 3 events have density 0; of the other 1 it is -")
    )
    #expect(said[1].hasSuffix(" nats"))
    #expect(kind(try jsonLines(try scored([[1e300, 0]], ["--json"]))[0]["mean"]) == "null")
    #expect(
      lines(try scored([[1e300, 0]])).last == "mean log-density: -infinity, because 1 of 1 events have density 0")
  }
}
