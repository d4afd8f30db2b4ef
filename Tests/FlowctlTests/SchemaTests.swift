import Testing

/// What `--json` prints fits docs/schemas, for every command.
@Suite struct SchemaTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  /// Runs a command with --json; each line must fit its schema.
  private func expectFits(_ arguments: [String], code: Int32 = 0) throws {
    let schema = try JSONSchema(arguments[0])
    let outcome = try workspace.run(arguments + ["--json"])
    #expect(outcome.code == code, "\(outcome.errors)")
    let printed = lines(outcome.output)
    #expect(!printed.isEmpty, "\(arguments) printed nothing")
    for line in printed {
      let violations = try schema.violations(line)
      #expect(violations.isEmpty, "\(arguments): \(violations)")
    }
  }

  @Test func fits() throws {
    let fit = ["fit", "data.h5", "-o", "other.h5", "--force", "--epochs", "2", "--layers", "lower"]
    for more in [[], ["--ensemble", "2"], ["--refit"], ["--valid", "0"], ["--objective", "energy"]] {
      try expectFits(fit + more)
    }
    try expectFits(["fit", "data.h5", "-o", "other.h5", "--force", "--minutes", "0.02"])
    try expectFits(["infer", "banana(2)", "-o", "target.h5", "--steps", "20", "--batch", "64", "--draws", "500"])
  }

  @Test func uses() throws {
    try expectFits(["density", "model.h5", "data.h5"])
    try expectFits(["sample", "model.h5", "-n", "10", "-o", "samples.h5"])
    try expectFits(["convert", "data.h5", "data.csv"])
    try expectFits(["calibrate", "model.h5", "data.h5", "--draws", "10"])
    try workspace.write("given.h5", moons(400), columns: ["x", "c"])
    try workspace.expectSuccess(["fit", "given.h5", "-o", "given-model.h5", "--context", "c"] + quick)
    try expectFits(["calibrate", "given-model.h5", "given.h5", "--draws", "10"])
    try expectFits(["inspect", "given-model.h5"])
    try expectFits(["compare", "model.h5", "data.h5", "--permutations", "99"])
    try expectFits(["reweight", "model.h5", "data.h5"])
  }

  @Test func descriptions() throws {
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "two.h5", "--epochs", "1", "--layers", "lower", "--ensemble", "2"])
    for file in ["model.h5", "two.h5", "data.h5"] { try expectFits(["inspect", file]) }
    try expectFits(["diff", "model.h5", "model.h5"])
    try expectFits(["diff", "model.h5", "two.h5"])
    try expectFits(["check", "--layers", "lower,upper", "--dimension", "2"], code: 2)
    try expectFits(["check", "two.h5"], code: 2)
  }

  /// The validator sees what is wrong.
  @Test func violationsAreSeen() throws {
    let schema = try JSONSchema("sample")
    #expect(try schema.violations(#"{"file": "x", "samples": 3}"#) == [])
    #expect(try schema.violations(#"{"file": "x"}"#) == [": no samples"])
    #expect(try schema.violations(#"{"file": "x", "samples": 0.5}"#) == ["/samples: a value of type number"])
    #expect(try schema.violations(#"{"file": null, "samples": 3}"#) == ["/file: a value of type null"])
    #expect(try schema.violations(#"{"file": "x", "samples": true}"#) == ["/samples: a value of type boolean"])
    #expect(try schema.violations(#"{"file": "x", "samples": 3, "more": 1}"#) == [": more is not in the schema"])
    let calibrate = try JSONSchema("calibrate")
    #expect(try calibrate.violations(#"{"pValue": 1.5}"#).contains("/pValue: above 1.0"))
  }
}
