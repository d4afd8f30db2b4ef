import FlowKit
import Testing

@Suite struct DiffTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  @Test func equalModels() throws {
    try workspace.expectSuccess(["fit", "data.h5", "-o", "again.h5"] + quick)
    let printed = try workspace.json(["diff", "model.h5", "again.h5"])[0]
    #expect(printed["sameFlow"] as? Bool == true && (printed["differences"] as? [Any])?.isEmpty == true)
    #expect(
      try workspace.expectSuccess(["diff", "model.h5", "again.h5"]).output
        == "model.h5 and again.h5 hold the same flow: equal architecture, equal parameters\n")
  }

  @Test func otherSeedDataAndLayers() throws {
    try workspace.expectSuccess(["fit", "data.h5", "-o", "seed.h5", "--seed", "2"] + quick)
    let seed = try workspace.expectSuccess(["diff", "model.h5", "seed.h5"]).output
    for part in ["parameters ", "root mean square", "training options", "losses"] {
      #expect(seed.contains(part), "\(seed)")
    }
    #expect(!seed.contains("layers"))
    try workspace.writeMoons("other.h5", 300)
    try workspace.expectSuccess(["fit", "other.h5", "-o", "b.h5", "--layers", "lower", "--epochs", "2"])
    let other = try workspace.json(["diff", "model.h5", "b.h5"])[0]
    let lines = try #require(other["differences"] as? [[String: Any]])
    let whats = lines.compactMap { $0["what"] as? String }
    #expect(
      whats == [
        "layers", "parameters", "data", "training rows", "data contents", "validation", "validation rows",
        "validation contents", "training options", "epochs", "best loss", "losses",
      ])
    #expect(lines[0]["how"] as? String == "2*[coupling-affine(hidden=8),permute(reverse)] | lower")
  }
}
