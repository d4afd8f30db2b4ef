import Testing

@Suite struct RunningTests {
  /// More on standard error than a pipe holds, 65,536 bytes, before standard output ends.
  @Test(.timeLimit(.minutes(2))) func readsAllThatACommandSays() throws {
    let workspace = try Workspace()
    try workspace.writeMoons("data.h5", 20)
    let outcome = try workspace.expectSuccess(
      [
        "fit", "data.h5", "-o", "model.h5", "--layers", "diagonal", "--epochs", "3000", "--patience", "3000",
        "--threads", "1",
      ])
    #expect(outcome.errors.utf8.count > 70_000, "\(outcome.errors.utf8.count)")
    #expect(outcome.output.contains("model.h5"))
  }
}
