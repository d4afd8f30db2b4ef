import ArgumentParser
import FlowKit

struct Inspect: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Says what a file holds: a model's architecture, training and provenance, or a data file's tables.")

  @Argument(help: "A model or a data file.")
  var file: String

  @OptionGroup var reading: ModelReading

  @OptionGroup var arrays: ReadingArguments

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    switch try arrays.access().contents(of: file) {
    case .model: try show(reading.model(file, includingTraining: true))
    case .tables(let tables, let others): try show(tables, others)
    }
  }

  private struct ModelLine: Encodable {
    let format = "FlowKit model"
    let formatVersion: Int
    let elementType: String
    let bytes: Int
    let fileDigest: String
    let digest: String?
    let edited: Bool
    let dimension: Int
    let columns, context: [String]
    let units, contextUnits: [String?]
    let preprocessing, layers, base: String
    let contextEmbedding: [Int]?
    let contextNetwork: String?
    let parameters: Int
    let tensors: [Tensor]
    let architecture: String
    let training: Training?
    let history: [EpochReport]
    let provenance: [String: MetadataValue]

    struct Tensor: Encodable {
      let name: String
      let shape: [Int]
    }

    /// Where training stands.
    struct Training: Encodable {
      let step, totalSteps, epoch, bestEpoch: Int
      let seconds, learningRate: Double
      let bestLoss: Double?
      /// Nil where it can be resumed.
      let stopped: String?

      init(_ training: TrainingCheckpoint) {
        (step, totalSteps) = (training.step + training.stepOfEpoch, training.totalSteps)
        (epoch, bestEpoch, seconds) = (training.epoch, training.best?.epoch ?? 0, training.seconds)
        (learningRate, bestLoss) = (training.learningRate, training.best?.loss)
        stopped = training.stopped?.rawValue
      }
    }

    init(_ model: Model, _ file: ModelFileFacts) throws(FlowError) {
      let architecture = model.flow.architecture
      (formatVersion, elementType) = (file.formatVersion, file.elementType)
      (bytes, fileDigest, digest, edited) = (file.bytes, file.fileDigest, file.digest, file.isEdited)
      (units, contextUnits) = (model.units, model.contextUnits)
      dimension = architecture.dimension
      (columns, context) = (model.columns, model.contextColumns)
      preprocessing = architecture.preprocessingSummary(columns: model.columns)
      contextEmbedding = architecture.contextEmbedding?.widths
      contextNetwork = architecture.contextEmbedding?.text
      (layers, base) = (architecture.layerList, architecture.base.text)
      tensors = architecture.parameterShapes.map { Tensor(name: "/flow/\($0.name)", shape: $0.dimensions) }
      self.architecture = try architecture.jsonText()
      training = model.training.map(Training.init)
      (parameters, history, provenance) = (architecture.parameterCount, model.history, model.provenance)
    }
  }

  private func show(_ model: Model) throws(FlowError) {
    let line = try ModelLine(model, ModelFileFacts(of: file))
    guard !json else { return try line.printJSON() }
    print("model       \(file)")
    print("columns     \(line.columns.withUnits(line.units).joined(separator: ", "))")
    if !line.context.isEmpty {
      print("given       \(line.context.withUnits(line.contextUnits).joined(separator: ", "))")
    }
    if let network = line.contextNetwork { print("embedding   \(network)") }
    print("preprocess  \(line.preprocessing)")
    print("layers      \(line.layers)")
    print("base        \(line.base)")
    print("parameters  \(line.parameters.grouped)")
    if let last = line.history.last {
      let valid = last.valid.map { ", valid \($0.text(digits: 4))" } ?? ""
      print(
        "training    \(line.history.count) epochs, \(last.seconds.text(digits: 1)) s; "
          + "last losses: train \(last.train.text(digits: 4))\(valid)")
    }
    for (name, value) in line.provenance.sorted(by: { $0.key < $1.key }) {
      print("  \(name): \(try value.jsonText())")
    }
  }

  private struct TablesLine: Encodable {
    let format = "data"
    let tables: [FileContents.TableSummary]
    let others: [String]
  }

  private func show(_ tables: [FileContents.TableSummary], _ others: [String]) throws(FlowError) {
    guard !json else { return try TablesLine(tables: tables, others: others).printJSON() }
    print("data  \(file)")
    for table in tables { show(table) }
    if tables.isEmpty { print("  no tables of numbers") }
    for other in others { print("  no table: \(other)") }
  }

  private func show(_ table: FileContents.TableSummary) {
    let isDescribed = table.hasNames || table.units.contains { $0 != nil }
    let names = isDescribed ? ": \(table.columns.withUnits(table.units).joined(separator: ", "))" : ""
    let columns = "\(table.columns.count.grouped) column\(table.columns.count == 1 ? "" : "s")"
    print("  \(table.path)  \(table.rows.grouped) rows x \(columns)\(names)")
    func say(_ text: String) { print("      \(text)") }
    if !table.unreadable.isEmpty { say("not read: \(table.unreadable.joined(separator: ", "))") }
    if !table.aside.isEmpty { say("read if named: \(table.aside.joined(separator: ", "))") }
    if let rows = table.rowsText { say(rows) }
    for note in table.notes { say(note) }
    if let mark = table.mark { say("\(mark): read only if the path is given") }
    if table.needsColumns { say("other columns there have another length: choose these with --columns") }
    let hint = ShapeHint.text(rows: table.rows, columns: table.columns.count, isTransposed: arrays.transpose)
    if let hint { say(hint) }
  }
}
