import Testing

/// Options that say nothing sensible: one line, nothing read or written.
@Suite struct BadOptionTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.writeMoons()
  }

  @Test(arguments: [
    ("--epochs", "0", "--epochs is a number above 0, got 0"),
    ("--epochs", "-3", "--epochs is a number above 0, got -3"),
    ("--epochs", "9223372036854775807", "--epochs is at most 1000000000, got 9223372036854775807"),
    ("--minutes", "0", "--minutes is a number above 0, got 0.0"),
    ("--minutes", "nan", "--minutes is a number above 0, got nan"),
    ("--minutes", "1e300", "--minutes is at most 10000000.0, got 1e+300"),
    ("--batch", "0", "--batch is a number above 0, got 0"),
    ("--learning-rate", "-1", "--learning-rate is a number above 0, got -1.0"),
    ("--learning-rate", "inf", "--learning-rate is at most 1000.0, got inf"),
    ("--patience", "0", "--patience is a number above 0, got 0"),
    ("--threads", "0", "--threads is a number above 0, got 0"),
    ("--threads", "20000", "--threads is at most 1024, got 20000"),
    ("--valid", "-0.1", "--valid takes a fraction of the training rows from 0 (none) to below 1, or DATA; got -0.1"),
    ("--valid", "1", "--valid takes a fraction of the training rows from 0 (none) to below 1, or DATA; got 1"),
    ("--valid", "nan", "--valid takes a fraction of the training rows from 0 (none) to below 1, or DATA; got nan"),
    ("--valid", "no.h5", "no.h5 does not exist; check the path and the working folder"),
  ])
  func values(option: String, value: String, message: String) throws {
    try workspace.expectFailure(["fit", "data.h5", "-o", "model.h5", option, value], message)
  }

  /// Recipes, bases and layers will be more in time: what is there is listed, whatever it is.
  @Test(arguments: [
    (["--recipe", "nvp"], "flowctl: unknown recipe 'nvp': the recipes are realnvp"),
    (
      ["--base", "product(normal,cauchy)"],
      "flowctl: unknown base distribution 'cauchy' at character 16 of the base: the bases are normal"
    ),
    (["--base", "cauchy"], "flowctl: unknown base distribution 'cauchy': the bases are normal"),
    (
      ["--layers", "2*[lower,cupling]"],
      "flowctl: unknown layer 'cupling' at character 10 of the layer list: the layers are diagonal, "
    ),
  ])
  func unknownNames(options: [String], beginning: String) throws {
    let before = try workspace.contents()
    let outcome = try workspace.run(["fit", "data.h5", "-o", "model.h5"] + options)
    #expect(outcome.code == 1 && outcome.messages.count == 1)
    #expect(outcome.errors.hasPrefix(beginning), "\(outcome.errors)")
    #expect(try workspace.contents() == before)
  }

  @Test(arguments: [
    ("", "the layer list has the end at character 1, where a layer's name, such as coupling-affine is expected"),
    (
      "lower,,upper",
      "the layer list has ',' at character 7, where a layer's name, such as coupling-affine is expected"
    ),
    ("3*[lower", "the layer list has the end at character 9, where ',' or ']' is expected"),
    ("3lower", "the layer list has 'l' at character 2, where '*' after the number 3 is expected"),
    ("lower upper", "the layer list has 'u' at character 7, where ',' or the end is expected"),
    ("0*lower", "the layer list has '0' at character 1, where a number of repetitions from 1 to 10000 is expected"),
    ("leaky-relu(0.1", "the layer list has the end at character 15, where ')' is expected"),
    ("lower,leaky-relu(-1)", "'-1' at character 18 of the layer list: slope takes a slope above 0"),
    (
      "coupling-affine(hidden=16x)",
      "'hidden=16x' at character 17 of the layer list: hidden takes widths such as 128x128, or none"
    ),
    (
      "coupling-affine(hiden=16)",
      "'hiden=16' at character 17 of the layer list: coupling-affine takes no such argument"
    ),
    (
      "permute(0,0)",
      "'0' at character 9 of the layer list: permute takes reverse, random, or each of 0 to 1 once"
    ),
    (
      "10000*[10000*[lower]]",
      "the layer list has more than 10000 parts at character 15; repeat less"
    ),
    (
      "coupling-affine(hidden=65536x65536)",
      "the layer list asks for 4295294978 parameters; at most 268435456 are supported"
    ),
  ])
  func layerLists(list: String, message: String) throws {
    try workspace.expectFailure(["fit", "data.h5", "-o", "model.h5", "--layers", list], message)
  }

  @Test func optionsThatExcludeEachOther() throws {
    let fit = ["fit", "data.h5", "-o", "model.h5"]
    try workspace.expectFailure(
      fit + ["--recipe", "realnvp", "--layers", "lower"],
      "--recipe and --layers both name an architecture; give one of them")
    try workspace.expectFailure(
      fit + ["--epochs", "3", "--minutes", "1"],
      "--epochs and --minutes both say how long to train; give one of them")
  }

  @Test(arguments: [
    (["fit"], "Missing expected argument '<data>'"),
    (["fit", "data.h5"], "Missing expected argument '--output <output>'"),
    (["fit", "data.h5", "-o", "m.h5", "--epochs", "many"], "The value 'many' is invalid for '--epochs <epochs>'"),
    (["fit", "data.h5", "-o", "m.h5", "--epoch", "3"], "Unknown option '--epoch'. Did you mean '--epochs'?"),
    (["fit", "data.h5", "-o", "m.h5", "--columns", "x,,y"], "The value 'x,,y' is invalid for '--columns <columns>'"),
    (["fit", "data.h5", "-o", "m.h5", "--seed", "-1"], "The value '-1' is invalid for '--seed <seed>'"),
    (["draw"], "Unexpected argument 'draw'"),
    (["sample", "model.h5", "-o", "out.h5"], "Missing expected argument '-n <n>'"),
  ])
  func argumentsThatDoNotParse(arguments: [String], message: String) throws {
    try workspace.expectFailure(arguments, "\(message) (flowctl --help shows the usage)")
  }

  @Test func counts() throws {
    try workspace.fitMoons()
    let sample = ["sample", "model.h5", "-o", "out.h5", "-n"]
    try workspace.expectFailure(sample + ["0"], "-n is a number above 0, got 0")
    try workspace.expectFailure(sample + ["-5"], "-n is a number above 0, got -5")
    try workspace.expectFailure(
      sample + ["9223372036854775807"],
      "9223372036854775807 x 2 values are more than a file can hold")
  }

  /// A learning rate at which nothing stays finite ends in an error that says where.
  @Test func divergence() throws {
    let outcome = try workspace.run(
      ["fit", "data.h5", "-o", "model.h5", "--learning-rate", "1000", "--epochs", "50", "--layers"]
        + ["8*[coupling-affine(hidden=32x32),permute(reverse)]"])
    guard outcome.code != 0 else { return }
    #expect(outcome.messages.last?.contains("training does not stay finite: step") == true, "\(outcome.errors)")
  }
}
