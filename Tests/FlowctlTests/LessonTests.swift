import FlowKit
import Testing

/// `fit --curriculum-by`.
@Suite struct LessonTests {
  private let workspace: Workspace

  /// Moons, and how far each row is from the origin.
  init() throws {
    workspace = try Workspace()
    let rows = moons(400).map { $0 + [-$0[0] * $0[0] - $0[1] * $0[1]] }
    try workspace.write("data.h5", rows, columns: ["x", "y", "near"])
  }

  private func fit(_ options: [String]) -> [String] {
    ["fit", "data.h5", "-o", "model.h5", "--force"] + options + quick
  }

  @Test func aColumnSaysWhatIsEasy() throws {
    let outcome = try workspace.expectSuccess(fit(["--curriculum-by", "near", "--batch", "40"]))
    // Nine steps per epoch, three epochs: those before half count with less.
    #expect(outcome.messages.filter { $0.hasPrefix("curriculum: ") }.count == 14, "\(outcome.errors)")
    let model = try workspace.model()
    #expect(model.columns == ["x", "y"])
    // The column may be fitted as well, or be the context.
    try workspace.expectSuccess(fit(["--curriculum-by", "near", "--columns", "x,near"]))
    #expect(try workspace.model().columns == ["x", "near"])
    try workspace.expectSuccess(fit(["--curriculum-by", "near", "--context", "y"]))
    #expect(try workspace.model().columns == ["x"] && workspace.model().contextColumns == ["y"])
  }

  @Test func anotherColumnIsNotGoneOnWith() throws {
    try workspace.expectSuccess(fit(["--curriculum-by", "near"]))
    var again = fit(["--curriculum-by", "x", "--columns", "x,y"])
    again[4] = "--resume"
    let outcome = try workspace.run(again)
    #expect(outcome.code != 0 && outcome.errors.contains("its curriculum went by another column"), "\(outcome.errors)")
  }

  @Test func wrongUseIsOneLine() throws {
    for (options, text) in [
      (["--curriculum-by", "far"], "no column 'far'"),
      (["--curriculum-by", "x,y"], "no column 'x,y'"),
      (["--curriculum-by", "near", "--refit"], "says nothing of validation rows"),
    ] {
      let outcome = try workspace.run(fit(options))
      #expect(outcome.code != 0 && outcome.errorLines.count == 1 && outcome.errors.contains(text), "\(outcome.errors)")
    }
  }
}
