import FlowKit
import Testing

/// Models and data that do not fit each other.
@Suite struct BadModelTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  @Test func aModelWhereDataAreExpected() throws {
    let message = "model.h5 is a FlowKit model where data are expected; give an HDF5 file of events"
    try workspace.expectFailure(["fit", "model.h5", "-o", "new.h5"], message)
    try workspace.expectFailure(["density", "model.h5", "model.h5", "-o", "new.h5"], message)
    try workspace.expectFailure(["fit", "data.h5", "-o", "new.h5", "--valid", "model.h5"], message)
  }

  @Test func dataWhereAModelIsExpected() throws {
    let message = "data.h5 is an HDF5 file but holds no FlowKit model; give a file that 'flowctl fit' wrote"
    try workspace.expectFailure(["density", "data.h5", "data.h5", "-o", "new.h5"], message)
    try workspace.expectFailure(["sample", "data.h5", "-n", "5", "-o", "new.h5"], message)
  }

  @Test(arguments: ["density", "sample", "inspect"]) func aDamagedModel(command: String) throws {
    let whole = try AtomicFile.read(workspace.path("model.h5"))
    for count in [0, 100, whole.count / 2, whole.count - 1] {
      try AtomicFile.write(Array(whole[..<count]), to: workspace.path("part.h5"))
      let arguments =
        switch command {
        case "density": ["density", "part.h5", "data.h5", "-o", "new.h5"]
        case "sample": ["sample", "part.h5", "-n", "5", "-o", "new.h5"]
        default: ["inspect", "part.h5"]
        }
      let reason =
        count == 0
        ? "empty (0 bytes); write or copy it again"
        : "truncated: \(count) of \(whole.count) bytes are there; copy or download it again"
      try workspace.expectFailure(arguments, "part.h5 is \(reason)")
    }
  }

  @Test func anotherDimension() throws {
    try workspace.write("three.h5", moons(20).map { $0 + [1] })
    try workspace.expectFailure(
      ["density", "model.h5", "three.h5", "-o", "new.h5"],
      "the model was fitted to 2 columns (x, y), but three.h5:/events has 3 (0, 1, 2)")
  }

  @Test func otherColumns() throws {
    try workspace.write("other.h5", moons(20), columns: ["x", "z"])
    try workspace.expectFailure(
      ["density", "model.h5", "other.h5", "-o", "new.h5"],
      "the model was fitted to 2 columns (x, y), but other.h5:/events has 2 (x, z)")
  }

  @Test func validationDataOfAnotherDimension() throws {
    try workspace.write("other.h5", moons(20), columns: ["x", "z"])
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "new.h5", "--valid", "other.h5"],
      "other.h5:/events has no column 'y'; its columns are x, z")
  }

  @Test func contextThatIsMissingOrTooMuch() throws {
    try workspace.expectFailure(
      ["sample", "model.h5", "-n", "5", "-o", "new.h5", "--context", "data.h5"],
      "the model has no context, but some is given; leave out --context")
    try workspace.expectSuccess(["fit", "data.h5", "-o", "given.h5", "--context", "y"] + quick)
    try workspace.expectFailure(
      ["sample", "given.h5", "-n", "5", "-o", "new.h5"],
      "the model is conditional on y; give rows of it with --context")
    try workspace.write("other.h5", moons(20), columns: ["a", "b"])
    try workspace.expectFailure(
      ["sample", "given.h5", "-n", "5", "-o", "new.h5", "--context", "other.h5"],
      "the model is conditional on y, but other.h5:/events has a, b")
  }
}
