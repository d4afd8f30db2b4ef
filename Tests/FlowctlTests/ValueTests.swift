import FlowKit
import Foundation
import Testing

extension Outcome {
  /// What is said besides what `check` says of the layers.
  var notes: [String] { messages.filter { !$0.hasPrefix("check ") && !$0.hasPrefix("  ") } }
}

/// What a value means, as flowctl says it.
@Suite struct ValueTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func copy(_ name: String) throws {
    try AtomicFile.write(try AtomicFile.read(reference("../values/\(name)")), to: workspace.path(name))
  }

  private func writeColumns(_ columns: [(String, [Double])], to name: String = "x.h5") throws {
    let rows = columns[0].1.count
    let writer = try TableWriter(to: workspace.path(name))
    try writer.addDataset("data", shape: [rows, columns.count], columns: columns.map(\.0))
    try writer.append((0..<rows).flatMap { row in columns.map { $0.1[row] } }, to: "data")
    try writer.finish()
  }

  private func normal(_ count: Int, _ stream: UInt64) -> [Double] {
    var random = RandomStream(seed: stream, purpose: .samples)
    return (0..<count).map { _ in (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
  }

  private let short = ["--epochs", "1", "--layers", "lower"]

  // MARK: Sources

  /// Raw bytes are looked for from the folder in which flowctl runs.
  @Test func rawBytesInOtherFiles() throws {
    for name in ["external.h5", "raw.bin", "short.bin"] { try copy(name) }
    try workspace.expectSuccess(["convert", "external.h5:/raw", "raw.csv"])
    #expect(
      String(decoding: try AtomicFile.read(workspace.path("raw.csv")), as: UTF8.self)
        == "0.0,1.0\n10.0,11.0\n20.0,21.0\n30.0,31.0\n")
    try workspace.expectFailure(
      ["convert", "external.h5:/short", "short.csv"],
      "the values of external.h5:/short lie in another file, short.bin, which is truncated: 48 of 64 bytes are there; copy "
        + "it again")
  }

  @Test func aVirtualDatasetWithoutItsSourceIsNotFitted() throws {
    try copy("virtual.h5")
    try workspace.expectFailure(
      ["fit", "virtual.h5:/whole", "-o", "m.h5"] + short,
      "virtual.h5:/whole is a virtual dataset whose source part.h5:x is gone: there is no file part.h5; its values would read "
        + "as zeros or other fill values")
  }

  // MARK: Missing values

  @Test func aValueThatRepeatsFarOutIsHintedAtAndDeclaredMissing() throws {
    var a = normal(2_000, 1)
    for row in stride(from: 0, to: 2_000, by: 20) { a[row] = -999 }
    try writeColumns([("a", a), ("b", normal(2_000, 2))])
    let hint = try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5"] + short)
    #expect(
      hint.notes.contains(
        "data   the column 'a' has the same value -999 in 5.0 % of the rows, far from all others: it may stand for a missing "
          + "one; if so, give --missing -999"), "\(hint.errors)")
    try workspace.expectFailure(
      ["fit", "x.h5", "-o", "n.h5", "--missing", "-999"] + short,
      "x.h5:/data: 100 non-finite values in 100 rows, first nan in row 0, column 'a' (missing: -999.0 was declared so); "
        + "leave such rows out with --skip-non-finite, or say what is missing with --missing ('none' for nothing)")
    let fit = try workspace.expectSuccess(
      ["fit", "x.h5", "-o", "n.h5", "--missing", "-999", "--skip-non-finite"] + short)
    #expect(fit.output.contains("1,710 events of a, b"))
    #expect(fit.notes == ["x.h5:/data: left out 100 rows with values that are not finite"])
    let density = try workspace.expectSuccess(["density", "n.h5", "x.h5", "--missing", "-999", "--skip-non-finite"])
    #expect(density.output.contains(", without 100 of 2,000 events, which have none"), "\(density.output)")
    try workspace.expectSuccess(["convert", "x.h5", "x.csv", "--missing", "-999"])
    #expect(String(decoding: try AtomicFile.read(workspace.path("x.csv")), as: UTF8.self).hasPrefix("a,b\nnan,"))
    try workspace.expectFailure(
      ["fit", "x.h5", "-o", "o.h5", "--missing", "-999,x"],
      "--missing takes numbers, separated by commas, or 'none'; got 'x'")
  }

  @Test func nothingIsMissingIfToldSo() throws {
    try copy("fill.h5")
    func converted(_ options: [String]) throws -> String {
      try workspace.expectSuccess(["convert", "fill.h5:/int", "x.csv", "--force"] + options)
      return String(decoding: try AtomicFile.read(workspace.path("x.csv")), as: UTF8.self)
    }
    #expect(try converted([]) == "0.0,1.0\n10.0,11.0\nnan,nan\nnan,nan\n")
    #expect(try converted(["--missing", "none"]) == "0.0,1.0\n10.0,11.0\n-1.0,-1.0\n-1.0,-1.0\n")
    #expect(try converted(["--missing", "none,10"]) == "0.0,1.0\nnan,11.0\n-1.0,-1.0\n-1.0,-1.0\n")
    try workspace.expectFailure(
      ["fit", "fill.h5:/int", "-o", "m.h5"] + short,
      "fill.h5:/int: 4 non-finite values in 2 rows, first nan in row 2, column '0' (missing: -1.0 is a fill value); "
        + "leave such rows out with --skip-non-finite, or say what is missing with --missing ('none' for nothing)")
  }

  // MARK: Values that repeat

  @Test func valuesThatRepeatAreNamed() throws {
    let (a, b) = (normal(2_000, 3), normal(2_000, 4))
    let whole: [Double] = a.map { ($0 * 2).rounded() }
    let rounded: [Double] = a.map { ($0 * 10).rounded() / 10 }
    let spiked: [Double] = a.indices.map { $0 % 5 < 3 ? 0 : exp(a[$0]) }
    let numbers: [Double] = a.indices.map { Double($0) }
    let unbounded = "the likelihood grows without bound"
    let cases: [(values: [Double], line: String)] = [
      (whole, "holds whole numbers, %d different values; \(unbounded); add noise to it with --dequantize a"),
      (
        rounded,
        "holds values rounded to 0.1, %d different values; \(unbounded); take the values before they were rounded, or divide "
          + "them by that step and give the column to --dequantize"
      ),
      (
        spiked,
        "has the same value 0 in 60 % of the rows; \(unbounded) there; fit the other rows alone and keep the share of these, or "
          + "leave the column out with --columns"
      ),
      (numbers, "counts the rows; leave it out with --columns"),
    ]
    for (values, line) in cases {
      try writeColumns([("a", values), ("b", b)])
      let expected = "the column 'a' " + line.replacing("%d", with: "\(Set(values).count)")
      let fit = try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5", "--force"] + short)
      #expect(fit.notes == ["data   " + expected], "\(fit.errors)")
      let check = try workspace.run(["check", "--data", "x.h5", "--layers", "lower,coupling-rqs"])
      let text = check.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(check.code == 2 && text.contains("repeated values: the column 'a' "), "\(check.output)")
    }
    // With noise it is what a density needs.
    try writeColumns([("a", whole), ("b", b)])
    let fit = try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5", "--force", "--dequantize", "a"] + short)
    #expect(fit.notes == [], "\(fit.errors)")
  }

  @Test func continuousValuesAreNot() throws {
    try writeColumns([("a", normal(2_000, 5)), ("b", normal(2_000, 6).map { Double(Float($0)) })])
    #expect(try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5"] + short).notes == [])
  }

  // MARK: Repeated rows

  @Test func validationSeesNoCopiesOfTrainingRows() throws {
    let (a, b) = (normal(1_000, 7), normal(1_000, 8))
    // As a chain that rejects two steps of three.
    let rows = (0..<3_000).map { $0 / 3 }
    try writeColumns([("a", rows.map { a[$0] }), ("b", rows.map { b[$0] })])
    let fit = try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5"] + short)
    #expect(
      fit.notes == [
        "data   repeated rows: 1000 of 3000 are distinct, and count as often as they are there; validation sees no copies of "
          + "rows that are trained on"
      ], "\(fit.errors)")
    #expect(fit.output.contains("900 events of a, b") && fit.output.contains("validation: 100 events"))
    let streamed = try workspace.expectSuccess(
      ["fit", "x.h5", "-o", "n.h5", "--buffer", "0.01", "--batch", "64"] + short)
    #expect(
      streamed.notes == [
        "data   repeated rows: about 1000 of 3000 are distinct; copies of a row are all trained or all validated on"
      ], "\(streamed.errors)")
    try writeColumns([("a", Array(a[..<10])), ("b", Array(b[..<10]))], to: "v.h5")
    let given = try workspace.expectSuccess(["fit", "x.h5", "-o", "o.h5", "--valid", "v.h5"] + short)
    #expect(
      given.notes == ["data   v.h5:/data: 10 of 10 validation rows are copies of training rows; their loss is too low"],
      "\(given.errors)")
  }

  // MARK: Numbers are what they are called

  @Test func aFitWithoutValidationHasNoValidationLoss() throws {
    try writeColumns([("a", normal(500, 9)), ("b", normal(500, 10))])
    let result = try #require(workspace.json(["fit", "x.h5", "-o", "m.h5", "--valid", "0"] + short).last)
    #expect(kind(result["valid"]) == "null" && kind(result["train"]) == "number")
    let other = try #require(workspace.json(["fit", "x.h5", "-o", "n.h5"] + short).last)
    #expect(kind(other["valid"]) == "number" && kind(other["train"]) == "missing")
  }

  @Test func aPartWithoutWeightIsRefused() throws {
    var weights = [Double](repeating: 0, count: 500)
    weights[0] = 1
    try writeColumns([("a", normal(500, 11)), ("b", normal(500, 12)), ("w", weights)])
    let outcome = try workspace.run(["fit", "x.h5", "-o", "m.h5", "--weights", "w"] + short)
    #expect(
      outcome.code == 1
        && outcome.errors.contains(
          "x.h5:/data: all weights of the validation part (50 of 500 rows) are 0; "
            + "give another --valid, or 0 for none"),
      "\(outcome.errors)")
  }

  @Test func theMeanOverADensityOfZeroIsMinusInfinity() throws {
    try writeColumns([("a", normal(500, 13).map(abs).map { $0 + 0.01 }), ("b", normal(500, 14))])
    try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5", "--bounds", "a=0.."] + short)
    try writeColumns([("a", [-1, 1, 2, 1e300]), ("b", [0, 0, 1, 0])], to: "t.h5")
    let line = try #require(jsonLines(workspace.expectSuccess(["density", "m.h5", "t.h5", "--json"]).output).first)
    #expect(kind(line["mean"]) == "null" && kind(line["standardError"]) == "null")
    #expect(line["count"] as? Int == 4 && kind(line["finiteMean"]) == "number")
    let text = try workspace.expectSuccess(["density", "m.h5", "t.h5"]).output
    let zero = try #require(line["densityZero"] as? Int)
    #expect(
      text.contains(
        "mean log-density: -infinity, because \(zero) of 4 events have density 0; of the other \(4 - zero) it is "),
      "\(text)")
  }

  @Test func finiteValuesOfAnySizeHaveADensity() throws {
    try writeColumns([("a", normal(500, 15)), ("b", normal(500, 16))])
    try workspace.expectSuccess(["fit", "x.h5", "-o", "m.h5", "--epochs", "1"])
    let large = [1e30, 1e39, 1e100, 1.7976931348623157e308]
    try writeColumns([("a", large + large.map { -$0 }), ("b", (large + large).map { _ in 0 })], to: "t.h5")
    try workspace.expectSuccess(["density", "m.h5", "t.h5", "-o", "d.h5"])
    let values = try HDF5Table(DataLocation(workspace.path("d.h5"))).values()
    #expect(values.allSatisfy { !$0.isNaN }, "\(values)")
  }

  @Test(arguments: [1e300, 1e-300, 1e-200, 1e200]) func momentsInUnitsOfTheirOwn(scale: Double) throws {
    let (a, b) = (normal(1_000, 17), normal(1_000, 18))
    try writeColumns([("a", a.map { $0 * scale }), ("b", b), ("w", a.map { _ in 1e-200 })])
    for weights in [[], ["--weights", "w", "--columns", "a,b"]] {
      let fit = try workspace.expectSuccess(
        ["fit", "x.h5", "-o", "m.h5", "--force", "--columns", "a,b"] + short + weights.prefix(2))
      #expect(fit.notes == [], "\(fit.errors)")
    }
    let density = try workspace.expectSuccess(["density", "m.h5", "x.h5"])
    #expect(density.output.contains("mean log-density") && !density.output.contains("infinity"))
  }

  @Test func aBoundedBaseThatTheLayersLeaveIsNamed() throws {
    try writeColumns([("a", normal(500, 19)), ("b", normal(500, 20))])
    let outcome = try workspace.run([
      "fit", "x.h5", "-o", "m.h5", "--recipe", "maf", "--base", "uniform(-1,1)", "--epochs", "3",
    ])
    #expect(
      outcome.code == 1
        && outcome.errors.contains("out of the support of the base uniform(-1.0,1.0), where the density is 0"),
      "\(outcome.errors)")
  }
}
