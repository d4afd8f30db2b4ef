import ArgumentParser
import FlowKit

struct Encode: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Writes the latents that a model's encoder makes of events.",
    discussion: """
      Of a model that was fitted with --encoder. The output holds a dataset latents, N x L, with the columns z0, z1 and so on. With train, \
      valid and test in the file or group that DATA names, test is encoded.
      """)

  @Argument(help: "A model that 'flowctl fit --encoder' wrote.")
  var model: String

  @Argument(help: "Events: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String

  @Option(
    help:
      """
      What is written: latents; the labels, or the probabilities of all labels, that a model of --objective dann or \
      triplet(...,flow=conditional) predicts; sigma (of a normal posterior) or draws of the latents of vae.
      """
  )
  var write = EncodedRows.Output.latents

  @OptionGroup var rows: EncodedRows

  @OptionGroup var diagnostics: Diagnostics

  func validate() throws {
    if write == .events {
      throw ValidationError(
        "--write takes latents, labels, probabilities, sigma or draws; 'flowctl decode' writes events")
    }
  }

  func run() throws {
    try rows.write(model, data, write)
  }
}

struct Decode: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Writes what a model's decoder makes of latents.",
    discussion: """
      Of a model that was fitted with --encoder and has a decoder. The output holds a dataset events, N x D, with the model's columns, in \
      their units.
      """)

  @Argument(help: "A model that 'flowctl fit --encoder' wrote.")
  var model: String

  @Argument(help: "Latents, as 'flowctl encode' writes them: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var latents: String

  @OptionGroup var rows: EncodedRows

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    try rows.write(model, latents, .events)
  }
}

/// What `encode` and `decode` take beside their data.
struct EncodedRows: ParsableArguments {
  @Option(help: "The columns that are the model's, in its order, \(ColumnList.help); by default those of its names.")
  var columns: ColumnList?

  @Option(help: "The columns that are the context of a conditional model, or DATA of their own that is as long.")
  var context: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading the rows")
  var arrays: ReadingArguments

  @OptionGroup var destination: OutputArguments

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Flag(help: "Lead rows with a NaN or an infinite value to NaN.")
  var skipNonFinite = false

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  private struct Line: Encodable {
    let file: String
    let rows: Int
    let columns: [String]
    let data: String
  }

  /// What is written; its name is that of the dataset.
  enum Output: String, ExpressibleByArgument {
    case latents, labels, probabilities, sigma, draws, events

    func columns(of model: Model) -> [String] {
      switch self {
      case .latents, .sigma, .draws: model.ofLatents.columns
      case .labels: ["label"]
      case .probabilities: model.encoding?.classNames ?? []
      case .events: model.columns
      }
    }
  }

  func write(_ path: String, _ data: String, _ output: Output) throws {
    guard let file = destination.file else {
      throw FlowError(.file, "nothing says where to write; give -o FILE or --append-to FILE:/path")
    }
    let threads = try OptionCheck.threads(threads)
    try destination.check(inputs: [path, DataLocation(data).file])
    Interrupts.catchThem()
    let model = try reading.model(path)
    let access = try missing.access(arrays.access())
    let parts = try access.parts(of: DataLocation(data))
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    let besides = try context?.location.map { location throws(FlowError) in
      let parts = try access.parts(of: location)
      return parts.test ?? parts.train
    }
    let table = try EncoderTable(
      model, parts.test ?? parts.train, columns: columns?.names, contextColumns: context?.columns,
      context: besides, latents: output == .events, threads: threads,
      acceptingNonFinite: skipNonFinite, access: access)
    table.notes.note()
    let names = output.columns(of: model)
    let writer = try destination.begin(
      output.rawValue, shape: [table.rows, names.count], columns: names, units: output == .events ? model.units : nil,
      attributes: try Provenance.of(path, table.location), mark: output == .events ? .decoded : .latents)
    let append = { (block: [Double]) throws(FlowError) in
      try Interrupts.check(writing: file)
      try writer?.append(block)
    }
    switch output {
    case .latents: try table.encode(append)
    case .labels: try table.predict(append)
    case .probabilities: try table.probabilities(append)
    case .sigma: try table.encode(.deviations, append)
    case .draws: try table.encode(.draws, append)
    case .events: try table.decode(append)
    }
    try writer?.finish()
    guard !json else {
      return try Line(file: file, rows: table.rows, columns: names, data: table.location.description).printJSON()
    }
    print("wrote \(writer?.location ?? file), \(table.rows.grouped) x \(names.count) values")
  }
}
