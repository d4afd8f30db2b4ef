import ArgumentParser
import FlowKit

struct Density: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Scores events: log p(x), or log p(x | c), in nats, in the data's own units.",
    discussion: """
      With train, valid and test in the file or group that DATA names, test is scored. The output holds a dataset \
      log_density with one value per row. The mean is -infinity if any event has density 0; then the mean over the others \
      is named beside it. Of a model with an encoder, log p(z) of the latents, or a lower bound of log p(x), and the \
      reconstruction error are scored, in a dataset scores of two columns. Of columns that were dequantized, the density of \
      each row with uniform noise of its own is scored, whose mean is a lower bound of the mean log-probability of the whole \
      numbers. Of columns of categories it is a probability: p(k) p(x | k) for categories k and the other columns x, exactly.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Argument(help: "Events: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String

  @Option(help: "The columns that are the model's, in its order, \(ColumnList.help); by default those of its names.")
  var columns: ColumnList?

  @Option(help: "The columns that are a conditional model's context, or DATA of their own that is as long.")
  var context: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var arrays: ReadingArguments

  @OptionGroup var destination: OutputArguments

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Flag(help: "Score rows with a NaN or an infinite value as NaN or -infinity, and count them.")
  var skipNonFinite = false

  @Option(
    help: """
      Of a model that predicts labels: the column of the true ones. How often the most probable label is right, the log-loss and \
      the expected calibration error are told.
      """)
  var labels: String?

  @Option(
    parsing: .unconditional, help: "Of a model of 'fit --objective vae': how many draws its bound of log p is made of.")
  var draws = 100

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let threads = try OptionCheck.threads(threads)
    try destination.check(inputs: [model, DataLocation(data).file])
    if destination.file != nil { Interrupts.catchThem() }
    let access = try missing.access(arrays.access())
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    func part(of location: DataLocation) throws(FlowError) -> DataLocation {
      let parts = try access.parts(of: location)
      return parts.test ?? parts.train
    }
    let model = try reading.model(self.model)
    if model.encoding != nil {
      return try scoreEncoded(
        model, self.model, part(of: DataLocation(data)), context?.columns,
        context?.location.map { location throws(FlowError) in try part(of: location) }, access)
    }
    guard labels == nil else {
      throw FlowError(.architecture, "\(self.model) predicts no labels: --labels is about models with an encoder")
    }
    let scorer = try TableScorer(
      model, part(of: DataLocation(data)), columns: columns?.names, contextColumns: context?.columns,
      context: context?.location.map { location throws(FlowError) in try part(of: location) }, threads: threads,
      acceptingNonFinite: skipNonFinite, access: access)
    scorer.notes.note()
    let writer = try destination.begin(
      "log_density", shape: [scorer.rows], columns: nil, attributes: try Provenance.of(self.model, scorer.location),
      mark: .logDensities)
    try scorer.score { block throws(FlowError) in
      try Interrupts.check(writing: destination.file)
      try writer?.append(block)
    }
    try writer?.finish()
    try report(scorer, writer?.location)
  }

  private struct Line: Encodable {
    let count: Int
    /// Null where an event has density 0, which makes it -infinity, or none has a log-density.
    let mean: JSONNumber
    let standardError: JSONNumber
    /// Over the events whose log-density is finite.
    let finiteMean: JSONNumber
    let finiteStandardError: JSONNumber
    let densityZero: Int
    let nonFinite: Int
    let data: String
    /// Only of models with continuous layers.
    let solver: Solver?

    struct Solver: Encodable {
      let meanSteps: JSONNumber
      let largestSteps, functionCalls: Int
    }
  }

  /// The mean over the events that have a log-density, and in the same line which part of them is not finite.
  private static func summary(of scorer: TableScorer) -> String {
    let (moments, zero) = (scorer.moments, scorer.rowsWithoutMass)
    let without = scorer.nonFiniteRows + scorer.rowsWithoutNumber
    let left = without > 0 ? ", without \(without.grouped) of \(scorer.rows.grouped) events, which have none" : ""
    let finite = moments.mean.map { "\($0.text(digits: 4)) ± \((moments.standardError ?? 0).text(digits: 4)) nats" }
    guard zero > 0 else {
      guard let finite else { return "mean log-density: none, because none of \(scorer.rows.grouped) events has one" }
      return "mean log-density \(finite)\(left)"
    }
    let others = finite.map { "; of the other \(moments.finiteCount.grouped) it is \($0)" } ?? ""
    return
      "mean log-density: -infinity, because \(zero.grouped) of \(scorer.rows.grouped) events have density 0\(others)\(left)"
  }

  private func report(_ scorer: TableScorer, _ written: String?) throws(FlowError) {
    if scorer.nonFiniteRows > 0 {
      Terminal.note("\(scorer.location): \(scorer.nonFiniteRows) rows with values that are not finite have no density")
    }
    if scorer.rowsWithoutMass > 0 {
      Terminal.note(
        "\(scorer.location): \(scorer.rowsWithoutMass) rows are outside the model's domain, or beyond its numbers; their "
          + "log-density is -infinity")
    }
    if let (row, place) = scorer.firstWithoutNumber {
      Terminal.note(
        "\(scorer.location): \(scorer.rowsWithoutNumber) rows have no number for a log-density, the first row \(row): \(place)"
      )
    }
    let moments = scorer.moments
    guard !json else {
      let (mean, error) = (JSONNumber(moments.mean), JSONNumber(moments.standardError))
      let isInfinite = scorer.rowsWithoutMass > 0
      return try Line(
        count: scorer.rows, mean: isInfinite ? JSONNumber(nil) : mean,
        standardError: isInfinite ? JSONNumber(nil) : error, finiteMean: mean, finiteStandardError: error,
        densityZero: scorer.rowsWithoutMass, nonFinite: scorer.rows - moments.finiteCount,
        data: scorer.location.description,
        solver: scorer.solverEffort.map {
          .init(meanSteps: JSONNumber($0.meanSteps), largestSteps: $0.largestSteps, functionCalls: $0.functionCalls)
        }
      ).printJSON()
    }
    print("scored \(scorer.location): \(scorer.rows.grouped) events")
    print(Self.summary(of: scorer))
    if diagnostics.verbose, let effort = scorer.solverEffort {
      print(
        "solver: \(effort.meanSteps.text(digits: 1)) steps per event of the first ones, at most \(effort.largestSteps); "
          + "\(effort.functionCalls) calls of the field for them together")
    }
    if let written { print("wrote \(written)") }
  }
}
