import ArgumentParser
import FlowKit

struct Compare: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Says how two samples differ, and whether chance explains it: data and data, or a model and data.",
    discussion: """
      Columns are compared by name; of a model, as many events are drawn as the data have rows, for a conditional model \
      given the rows' context. With train, valid and test in the file or group that DATA names, test is compared. Per column: \
      Kolmogorov-Smirnov with p-values, also after Holm's correction, and the Wasserstein distance W1 in units of sigma. \
      Together: sliced distances, energy distance, MMD, Frechet distance, and a classifier that is tested on rows it has \
      not seen. Compare a model with rows that it was not fitted to: otherwise no p-value is one. The exit code is 0 also where \
      samples differ, and 2 with --fail-if-different.
      """)

  @Argument(help: "A model, or events: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var first: String

  @Argument(help: "What to compare with it: a model, or events.")
  var second: String

  @Option(help: "The columns to compare, \(ColumnList.help); by default those that both have.")
  var columns: ColumnList?

  @Option(help: "The columns that are a conditional model's context, or DATA of their own that is as long.")
  var context: String?

  @Option(help: "The column of weights, in each of the data that has it.")
  var weights: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var arrays: ReadingArguments

  @Flag(help: "Leave out rows with a NaN or an infinite value.")
  var skipNonFinite = false

  @Option(
    parsing: .unconditional, help: "How many permutations stand behind a p-value, which is at least 1/(this + 1).")
  var permutations = ComparisonOptions().permutations

  @Option(parsing: .unconditional, help: "Decides draws, permutations, folds and which rows are chosen.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Option(
    help:
      "Write the classifier's ratio of densities, that of the first sample over that of the second, of each row: .h5.")
  var ratio: String?

  @Option(
    name: .shortAndLong, help: "Write a page with the figures and a corner plot of both: .html. Drawn by gnuplot.")
  var output: String?

  @Flag(help: "Replace output files if they exist.")
  var force = false

  @Option(
    parsing: .unconditional,
    help: "End with exit code 2 if the samples differ at this level, such as 0.05, after correction for all tests.")
  var failIfDifferent: Double?

  @Flag(help: "Print the quantiles of every column.")
  var quantiles = false

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    try check()
    var options = ComparisonOptions()
    options.permutations = permutations
    options.seed = seed
    options.threads = try OptionCheck.threads(threads)
    let samples = try ComparedSamples(self, &options)
    let comparison: Comparison
    if let ratio {
      let result = try samples.comparedWithRatios(options)
      comparison = result.comparison
      guard let ratios = result.logRatios else {
        throw FlowError(.data, "there are too few rows to train a classifier, so that \(ratio) would hold nothing")
      }
      try RatioFile(samples, ratios).write(to: ratio)
    } else {
      comparison = try samples.compared(options)
    }
    if let output { try samples.page(comparison, self).write(to: output) }
    if json { try comparison.printJSON() } else { show(comparison) }
    try fail(comparison)
  }

  private func check() throws(FlowError) {
    _ = try OptionCheck.positive(permutations, "--permutations", atMost: 1_000_000)
    if let level = failIfDifferent {
      guard level > 0, level < 1 else {
        throw FlowError(.data, "--fail-if-different takes a level between 0 and 1, got \(level)")
      }
      // The least p-value of a permutation, corrected for four tests.
      let least = Int((4 / level).rounded(.up)) - 1
      guard permutations >= least else {
        throw FlowError(.data, "at the level \(level) nothing can differ; give --permutations \(least) or more")
      }
    }
    if let output {
      try OutputPath.check(output, force: force, inputs: [first, second].map { DataLocation($0).file })
      try Gnuplot.checkInstalled()
    }
    guard let ratio else { return }
    try OutputPath.check(ratio, force: force, inputs: [first, second].map { DataLocation($0).file })
    guard try TableFormat(ofName: ratio) == .hdf5 else {
      throw FlowError(.file, "\(ratio) is to hold the ratios of two samples: give it the ending .h5")
    }
  }

  private func fail(_ comparison: Comparison) throws {
    guard let level = failIfDifferent else { return }
    guard comparison.p != nil else {
      throw FlowError(
        .data, "there is no p-value, because the model was fitted to these rows; compare it with others, such as test")
    }
    guard comparison.differs(at: level) else { return }
    try Terminal.finishOutput()
    throw ExitCode.findings
  }

  private func show(_ comparison: Comparison) {
    for line in comparison.lines(quantiles: quantiles) { print(line) }
  }
}
