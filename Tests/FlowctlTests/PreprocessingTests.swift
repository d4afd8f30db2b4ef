import FlowKit
import Foundation
import Testing

/// `--preprocess`, `--bounds`, `--dequantize` and `--circular` through fit, density, sample and inspect.
@Suite struct PreprocessingTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// A mass above 0, an efficiency inside (0, 1), a count from 0 to 5 and an angle of degrees, near 0 and 360.
  private func writeMixed(_ count: Int = 600, change: (inout [[Double]]) -> Void = { _ in }) throws {
    var random = RandomStream(seed: 3, purpose: .samples)
    var rows = (0..<count).map { _ in
      let u = random.uniform()
      let angle = (60 * random.uniform() + 330).truncatingRemainder(dividingBy: 360)
      return [
        exp(3 * u - 4), pow(random.uniform(), 4) * 0.999 + 5e-4, (6 * random.uniform() * u).rounded(.down), angle,
      ]
    }
    change(&rows)
    try workspace.write("data.h5", rows, columns: ["m", "e", "n", "phi"])
  }

  private let declared = [
    "--bounds", "m=0..,e=0..1", "--bounds", "n=0..5", "--dequantize", "n", "--circular", "phi=0..360",
  ]

  private func sample(_ count: Int) throws -> [[Double]] {
    try workspace.expectSuccess(["sample", "model.h5", "-n", "\(count)", "-o", "out.h5", "--force"])
    return rows(try workspace.numbers("out.h5"), 4)
  }

  @Test(arguments: ["standardize", "robust", "arcsinh", "whiten", "none"])
  func samplesRespectWhatIsDeclared(scaling: String) throws {
    try writeMixed()
    let fit = ["fit", "data.h5", "-o", "model.h5", "--preprocess", scaling] + quick
    try workspace.expectSuccess(fit + declared)
    for row in try sample(5_000) {
      #expect(0 < row[0] && 0 < row[1] && row[1] < 1 && row.allSatisfy(\.isFinite))
      #expect((0...5).contains(row[2]) && row[2] == row[2].rounded())
      #expect(0 <= row[3] && row[3] < 360)
    }
    let scored = try workspace.json(["density", "model.h5", "out.h5"])
    #expect(scored[0]["nonFinite"] as? Int == 0)
    let words = "dequantize n; log of m (0..), logit of e (0..1), logit of n (0..6); circular phi (0..360)"
    let expected = scaling == "none" ? words : "\(words); \(scaling) m, e, n"
    #expect(try workspace.json(["inspect", "model.h5"])[0]["preprocessing"] as? String == expected)
    #expect(try workspace.model().provenance["preprocessing"] == .text(expected))
    let text = try workspace.expectSuccess(["inspect", "model.h5"]).output
    #expect(text.contains("preprocess  \(expected)\n"))
  }

  /// Strictly inside also where nearly all of the density lies beyond the last numbers before a bound.
  @Test func samplesAreNeverOnABound() throws {
    let last = (1.0).nextDown
    let ends: [Double] = [last, last.nextDown, .leastNonzeroMagnitude, 0.5, 1e-300]
    let events = (0..<200).map { index in [ends[index % 5], Double(index * 7 % 11)] }
    try workspace.write("data.h5", events, columns: ["x", "y"])
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--bounds", "x=0..1", "--valid", "0"] + quick)
    try workspace.expectSuccess(["sample", "model.h5", "-n", "20000", "-o", "out.h5"])
    let x = rows(try workspace.numbers("out.h5"), 2).map { $0[0] }
    #expect(x.allSatisfy { 0 < $0 && $0 < 1 } && x.contains(last))
  }

  /// Densities are of the data in their own units: with and without a logit, a fit of the same data says the same to
  /// within what it cannot fit, and the density of one bounded column integrates to 1.
  @Test func aBoundedDensityIntegratesToOne() throws {
    var random = RandomStream(seed: 3, purpose: .samples)
    try workspace.write(
      "data.h5", (0..<2_000).map { _ in [2 + 3 * random.uniform() * random.uniform()] }, columns: ["x"])
    let layers = ["--layers", "2*[coupling-rqs(hidden=4)]", "--epochs", "5"]
    for (options, range) in [
      (["--bounds", "x=2..5"], (2.0, 5.0)), (["--bounds", "x=2..", "--preprocess", "robust"], (2, 400)),
      (["--bounds", "x=..5", "--preprocess", "arcsinh"], (-400, 5)), (["--preprocess", "arcsinh"], (-400, 400)),
    ] {
      try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force"] + options + layers)
      let step = 1e-3
      let grid = Swift.stride(from: range.0, to: range.1, by: step).map { $0 + step / 2 }
      let sum = try workspace.model().flow.logDensity(grid).reduce(0.0) { $0 + exp($1) } * step
      #expect(abs(sum - 1) < 0.01, "\(options): \(sum)")
    }
  }

  /// Column by column log P(k) of independent whole numbers is known: the entropy bounds what the noise leaves.
  @Test func theDensityOfDequantizedNumbersIsAMass() throws {
    var random = RandomStream(seed: 5, purpose: .samples)
    let numbers = (0..<4_000).map { _ in random.uniform() < 0.25 ? 0.0 : 1 }
    try workspace.write("data.h5", numbers.map { [$0] }, columns: ["n"])
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "model.h5", "--dequantize", "n", "--bounds", "n=0..1", "--epochs", "30"]
        + ["--layers", "3*[coupling-rqs(bins=16,bound=3,hidden=4)]"])
    let scored = try workspace.json(["density", "model.h5", "data.h5", "-o", "out.h5"])
    let mean = try #require(scored[0]["mean"] as? Double)
    let entropy = -0.25 * log(0.25) - 0.75 * log(0.75)
    #expect(mean < -entropy + 0.03 && mean > -entropy - 0.06, "\(mean), entropy \(entropy)")
    // A row's density does not depend on where a block begins.
    let densities = try workspace.numbers("out.h5")
    let flow = try workspace.model().flow
    #expect(flow.evaluator().logDensity(Array(numbers[1_000...]), first: 1_000) == Array(densities[1_000...]))
    #expect(try Set(sampleNumbers()) == [0, 1])
  }

  private func sampleNumbers() throws -> [Double] {
    try workspace.expectSuccess(["sample", "model.h5", "-n", "1000", "-o", "samples.h5"])
    return try workspace.numbers("samples.h5")
  }

  @Test func outliersDoNotMoveARobustScale() throws {
    func fitted(_ scaling: String) throws -> (any Preprocessing)? {
      try workspace.expectSuccess(
        ["fit", "data.h5", "-o", "model.h5", "--force", "--valid", "0", "--preprocess", scaling] + quick)
      return try workspace.model().flow.architecture.preprocessing.first
    }
    try workspace.writeMoons()
    let clean = try #require(try fitted("robust") as? RobustScaling)
    try workspace.write("data.h5", moons(400) + [[1e9, -1e9]], columns: ["x", "y"])
    let robust = try #require(try fitted("robust") as? RobustScaling)
    let arcsinh = try #require(try fitted("arcsinh") as? Arcsinh)
    for i in 0..<2 {
      #expect(abs(robust.scales[i] / clean.scales[i] - 1) < 0.02 && abs(robust.medians[i] - clean.medians[i]) < 0.02)
      #expect(arcsinh.scales[i] == robust.scales[i] && arcsinh.medians[i] == robust.medians[i])
    }
  }

  @Test func dependentColumnsAreFoundAmongOutliers() throws {
    let far = [1e9, -1e9, 3e9]
    try workspace.write("data.h5", moons(400).map { $0 + [$0[0] - 2 * $0[1]] } + [far], columns: ["x", "y", "sum"])
    for scaling in ["robust", "arcsinh"] {
      try workspace.expectFailure(
        ["fit", "data.h5", "-o", "model.h5", "--valid", "0", "--preprocess", scaling] + quick,
        "data.h5:/events: the column 'sum' is a linear combination of 'x', 'y', so the events have no density; leave "
          + "one of them out with --columns")
    }
  }

  // MARK: Outside the domain

  @Test func rowsOutsideTheDomainHaveNoDensity() throws {
    try writeMixed()
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + declared + quick)
    let inside = [0.2, 0.5, 3, 10]
    let outside: [[Double]] = [
      [0, 0.5, 3, 10], [0.2, 1, 3, 10], [0.2, 0.5, 6, 10], [0.2, 0.5, 2.5, 10], [0.2, 0.5, -1, 10],
    ]
    try workspace.write("far.h5", [inside] + outside + [[0.2, 0.5, 3, 370], inside], columns: ["m", "e", "n", "phi"])
    let outcome = try workspace.run(["density", "model.h5", "far.h5", "-o", "out.h5", "--json"])
    #expect(outcome.code == 0)
    #expect(
      outcome.messages == [
        "far.h5:/events: 5 rows are outside the model's domain, or beyond its numbers; their log-density is -infinity"
      ])
    let printed = try jsonLines(outcome.output)[0]
    #expect(printed["nonFinite"] as? Int == 5 && printed["count"] as? Int == 8)
    let densities = try workspace.numbers("out.h5")
    #expect(densities.indices.filter { densities[$0] == -.infinity } == [1, 2, 3, 4, 5])
    #expect(densities[6].isFinite && densities[0].isFinite)
  }

  @Test func aFitNamesValuesOutsideTheDomain() throws {
    func expectFailure(_ message: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
      try workspace.expectFailure(
        ["fit", "data.h5", "-o", "model.h5"] + declared + quick, "data.h5:/events: " + message,
        sourceLocation: sourceLocation)
    }
    try writeMixed {
      $0[17][1] = 1; $0[400][1] = -3
    }
    try expectFailure(
      "the column 'e' is not strictly inside its bounds 0..1 in 2 rows, the first 1.0 in row 17; repair the data, or "
        + "give other --bounds")
    try writeMixed { $0[0][0] = 0 }
    try expectFailure(
      "the column 'm' is not strictly inside its bounds 0.. in 1 row, the first 0.0 in row 0; repair the data, or give "
        + "other --bounds")
    try writeMixed { $0[5][2] = 6 }
    try expectFailure(
      "the column 'n' is not within its bounds 0..5 in 1 row, the first 6.0 in row 5; repair the data, or give other "
        + "--bounds")
    try writeMixed {
      $0[5][2] = 1.5; $0[599][2] = 0.1
    }
    try expectFailure(
      "the column 'n' holds no whole number in 2 rows, the first 1.5 in row 5; leave it out of --dequantize")
  }

  @Test func validationRowsAreCheckedToo() throws {
    try writeMixed { $0[3][1] = 2 }
    try FileManager.default.moveItem(atPath: workspace.path("data.h5"), toPath: workspace.path("valid.h5"))
    try writeMixed()
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "model.h5", "--valid", "valid.h5", "--bounds", "e=0..1"] + quick,
      "valid.h5:/events: the column 'e' is not strictly inside its bounds 0..1 in 1 row, the first 2.0 in row 3; repair "
        + "the data, or give other --bounds")
  }

  // MARK: Options

  @Test(arguments: [
    (
      ["--preprocess", "log"], "unknown --preprocess 'log': the choices are standardize, robust, arcsinh, whiten, none"
    ),
    (["--bounds", "x=1..0"], "--bounds takes column=lower..upper with lower < upper, such as x=0..1; got 'x=1..0'"),
    (["--circular", "x"], "--circular takes column=lower..upper with lower < upper, such as x=0..1; got 'x'"),
    (["--circular", "x=0.."], "data.h5:/events: the period x=0.. has one end in place of two; correct --circular"),
    (["--bounds", "z=0..1"], "data.h5:/events: there is no event column 'z'; the columns are x, y; correct --bounds"),
    (
      ["--dequantize", "z"], "data.h5:/events: there is no event column 'z'; the columns are x, y; correct --dequantize"
    ),
    (
      ["--bounds", "x=-9..9", "--bounds", "x=-8..8"],
      "data.h5:/events: the column 'x' is named twice; correct --bounds"
    ),
    (
      ["--bounds", "x=-9..9", "--circular", "x=-9..9"],
      "data.h5:/events: the column 'x' is given bounds and a period; give it to one of --bounds and --circular"
    ),
    (
      ["--dequantize", "x", "--bounds", "x=0.5..9"],
      "data.h5:/events: the bounds x=0.5..9 of a dequantized column are not whole; correct --bounds"
    ),
    (["--context-embedding", "8"], "--context-embedding needs --context: without it there is nothing to embed"),
  ])
  func optionsThatSayNothingSensible(options: [String], message: String) throws {
    try workspace.writeMoons()
    try workspace.expectFailure(["fit", "data.h5", "-o", "model.h5"] + quick + options, message)
  }

  @Test func equalQuartilesHaveNoRobustScale() throws {
    try workspace.write("data.h5", (0..<100).map { [Double($0), max(0, Double($0) - 80)] }, columns: ["x", "n"])
    for scaling in ["robust", "arcsinh"] {
      try workspace.expectFailure(
        ["fit", "data.h5", "-o", "model.h5", "--valid", "0", "--preprocess", scaling] + quick,
        "data.h5:/events: the quartiles of the column 'n' are equal (0.0), so that it has no robust scale; "
          + "use --preprocess standardize")
    }
  }

  @Test func aConstantColumnOfWholeNumbersIsStillConstant() throws {
    try workspace.write("data.h5", moons(50).map { $0 + [7] }, columns: ["x", "y", "n"])
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "model.h5", "--dequantize", "n"] + quick,
      "data.h5:/events: the column 'n' is constant (7.0 in every row); leave it out with --columns")
  }
}
