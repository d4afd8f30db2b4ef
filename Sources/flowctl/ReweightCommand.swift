import ArgumentParser
import FlowKit
import Glibc

struct Reweight: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Learns where a model's draws differ from data, so that 'sample --refined' draws more like them.",
    discussion: """
      Classifiers are trained between the rows of DATA, those of train where it has parts, and as many draws of the model. Their \
      ratio of densities is stored in a file of its own beside the model, which stays as it is: for model.h5 in \
      model.refinement.json. Densities of the model do not change.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Argument(help: "Events: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String

  @Option(name: .shortAndLong, help: "The file to write (default: beside the model).")
  var output: String?

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Option(help: "The columns that are the model's, in its order, \(ColumnList.help); by default those of its names.")
  var columns: ColumnList?

  @Option(help: "The columns that are a conditional model's context, or DATA of their own that is as long.")
  var context: String?

  @Option(help: "The column of weights.")
  var weights: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var arrays: ReadingArguments

  @Flag(help: "Leave out rows with a NaN or an infinite value.")
  var skipNonFinite = false

  @Option(parsing: .unconditional, help: "The most rows to train with; of more, so many are chosen at random.")
  var rows = 100_000

  @Option(parsing: .unconditional, help: "Decides draws, folds and where classifiers start.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  private struct Line: Encodable {
    let file: String
    let rows: Int
    let c2st, c2stError: Double
    let acceptance: Double
    let largestRatio: Double
  }

  func run() throws {
    var options = ComparisonOptions()
    options.seed = seed
    options.threads = try OptionCheck.threads(threads)
    options.rowsForClassifier = try OptionCheck.positive(rows, "--rows", atMost: 1 << 40)
    let output = self.output ?? Refinement.path(besideModel: model)
    try OutputPath.check(output, force: force, inputs: [model, DataLocation(data).file])
    let flow = try reading.densityModel(model)
    let events = try events(of: flow)
    let digest = try AtomicFile.digest(model)
    let (refinement, score) = try Refinement.fitted(flow, modelDigest: digest, to: events, options: options)
    let provenance = Provenance.common.merging(["data": .text(events.place)]) { $1 }.compactMapValues(\.text)
    try refinement.write(to: output, provenance: provenance)
    let largest = exp(refinement.logBound)
    guard !json else {
      return try Line(
        file: output, rows: score.rows, c2st: score.accuracy, c2stError: score.standardError,
        acceptance: refinement.acceptance, largestRatio: largest
      ).printJSON()
    }
    print(
      "classifiers of \(score.rows.grouped) rows and draws tell them apart with accuracy "
        + "\(score.accuracy.text(digits: 4)) +- \(score.standardError.text(digits: 4)) (0.5 is chance)")
    print(
      "'sample --refined' will keep about \((refinement.acceptance * 100).text(digits: 1)) % of the draws; ratios above "
        + "\(largest.text(digits: 2)), those of \((Refinement.clippedPart * 100).text(digits: 1)) % of them, count as that"
    )
    print("wrote \(output)")
  }

  private func events(of model: Model) throws(FlowError) -> EventSet {
    let access = try missing.access(arrays.access())
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    let location = try access.parts(of: DataLocation(data)).train
    var selection = try ColumnSelection(
      for: model, in: location, columns: columns?.names, contextColumns: context?.columns,
      context: context?.location.map { location throws(FlowError) in try access.parts(of: location).train },
      access: access)
    selection.weights = weights
    let events = try EventSet(location, selection, skipNonFinite: skipNonFinite, access: access)
    events.notes.note()
    if events.droppedRows > 0 {
      Terminal.note("\(events.location): left out \(events.droppedRows) rows with values that are not finite")
    }
    return events
  }
}
