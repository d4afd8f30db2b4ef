import ArgumentParser
import FlowKit

struct Calibrate: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract:
      "Says whether a model states its uncertainties rightly: too narrow, too wide, shifted, or only here and there.",
    discussion: """
      Each row of DATA, which the model must not have been fitted to, is compared with draws of its own from the model: by each \
      column, by log p, and by the distance to random points. If the model is right, the ranks are uniform, and \
      independent of the context. With train, valid and test in the file or group that DATA names, test is taken. p-values \
      are exact in the number of rows, and corrected for their number (Holm). Of weighted rows, each is kept with a probability \
      proportional to its weight, and then counts as any other. The guide 'Is my model good?' explains the figures.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Argument(help: "Events the model was not fitted to: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String

  @Option(help: "The columns that are the model's, in its order, \(ColumnList.help); by default those of its names.")
  var columns: ColumnList?

  @Option(help: "The columns that are a conditional model's context, or DATA of their own that is as long.")
  var context: String?

  @Option(help: "A column of weights, at least 0, or DATA of its own that is as long.")
  var weights: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var arrays: ReadingArguments

  @Flag(help: "Leave out rows with a NaN or an infinite value.")
  var skipNonFinite = false

  @Option(parsing: .unconditional, help: "The most rows to take; of more, a random choice.")
  var rows = 5_000

  @Option(parsing: .unconditional, help: "How many draws each row is compared with.")
  var draws = Calibration.usualDraws

  @Option(parsing: .unconditional, help: "Decides the draws, and which rows are taken of many.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("End with exit code 2 if the smallest corrected p-value is below ALPHA.", valueName: "alpha"))
  var failIfMiscalibrated: Double?

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let threads = try OptionCheck.threads(threads)
    let rows = try OptionCheck.positive(rows, "--rows", atMost: 100_000)
    let draws = try OptionCheck.positive(draws, "--draws", atMost: 1_000_000)
    if let alpha = failIfMiscalibrated {
      guard alpha > 0, alpha < 1 else {
        throw FlowError(.data, "--fail-if-miscalibrated is a probability between 0 and 1, got \(alpha)")
      }
    }
    let access = try missing.access(arrays.access())
    let model = try reading.densityModel(model)
    let location = try Self.heldOut(DataLocation(data), access)
    let events = try HeldOutEvents(
      of: model, location, selection(of: model, location, access), atMost: rows, seed: seed,
      skippingNonFinite: skipNonFinite, access: access)
    events.notes.note()
    Interrupts.catchThem()
    let count = events.count
    let calibration = try Calibration(
      of: model.ensemble, events: events.events.events, context: events.events.context, columns: model.columns,
      contextColumns: model.contextColumns, draws: draws, seed: seed, threads: threads
    ) { done throws(FlowError) in
      try Interrupts.check(writing: nil)
      Terminal.status(done < count ? "\(done.grouped) of \(count.grouped) rows" : "")
    }
    if json {
      try CalibrationLine(data: events.location.description, rows: events.rows, calibration: calibration).printJSON()
    } else {
      CalibrationReport(calibration: calibration, events: events).show()
    }
    if let alpha = failIfMiscalibrated, !calibration.isCalibrated(at: alpha) {
      try Terminal.finishOutput()
      throw ExitCode.findings
    }
  }

  private func selection(
    of model: Model, _ location: DataLocation, _ access: any TableAccess
  ) throws(FlowError) -> ColumnSelection {
    func own(_ choice: ColumnsOrData?) throws(FlowError) -> DataLocation? {
      try choice?.location.map { location throws(FlowError) in try Self.heldOut(location, access) }
    }
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    let weights = try weights.map { text throws(FlowError) in try ColumnsOrData(text) }
    if let names = weights?.columns, names.count != 1 {
      throw FlowError(.data, "--weights is one column, got \(names.joined(separator: ","))")
    }
    var selection = try ColumnSelection(
      for: model, in: location, columns: columns?.names, contextColumns: context?.columns, context: own(context),
      access: access)
    (selection.weights, selection.weightsTable) = (weights?.columns?.first, try own(weights))
    return selection
  }

  private static func heldOut(_ location: DataLocation, _ access: any TableAccess) throws(FlowError) -> DataLocation {
    let parts = try access.parts(of: location)
    return parts.test ?? parts.train
  }
}
