import ArgumentParser
import FlowKit

struct Sample: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Draws events from a model.",
    discussion: """
      The output holds a dataset samples, N x D, with the columns' names as attribute columns; for a conditional model \
      with M rows of context it is M x N x D, and these rows stand beside it as context (samples_context where samples are \
      appended). Text holds the same rows, M N of them, with their context behind the events; NumPy's arrays have no place \
      for it. The same seed gives the same events, and fewer are a prefix of more. Samples are marked: where they stand \
      beside data, no command takes them for data unless their path is given.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Option(
    name: .customShort("n"), parsing: .unconditional,
    help: "How many events to draw, such as 100000 or 1e5; with --context, for each of its rows (default: 1).",
    transform: wholeNumber)
  var count: Int?

  @OptionGroup var destination: OutputArguments

  @Option(help: "Rows of context for a conditional model: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var context: String?

  @Option(help: "The columns of these rows that are the model's context, in its order, \(ColumnList.help).")
  var columns: ColumnList?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading the rows of context")
  var arrays: ReadingArguments

  @Option(parsing: .unconditional, help: "Decides which events are drawn.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Flag(help: "Write the parameters as the Stan model names them, of a flow that 'infer' fitted to one.")
  var constrained = false

  @Flag(help: "Of a model of 'fit --objective vae': write the means of p(x | z) in place of draws.")
  var means = false

  @Flag(
    help: "Keep only some draws, so that they are more like data: by what 'flowctl reweight' wrote beside the model.")
  var refined = false

  @Option(help: "The same by another file of 'flowctl reweight'.")
  var refinement: String?

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func validate() throws {
    if count == nil, context == nil { throw ValidationError("Missing expected argument '-n <n>'") }
    if columns != nil, context == nil {
      throw ValidationError("--columns are columns of rows of context; give these with --context")
    }
  }

  func run() throws {
    let count = try OptionCheck.positive(count ?? 1, "-n", atMost: .max)
    let threads = try OptionCheck.threads(threads)
    let context = context.map { DataLocation($0) }
    guard let output = destination.file else {
      throw FlowError(.file, "nothing says where to write; give -o FILE or --append-to FILE:/path")
    }
    try destination.check(
      inputs: [model] + (context.map { [$0.file] } ?? []) + (refinementPath.map { [$0] } ?? []),
      withContext: context != nil)
    Interrupts.catchThem()
    let path = model
    let model = try reading.model(path)
    let sampler = try TableSampler(
      model, count: count, context: context, columns: columns?.names, seed: seed, threads: threads,
      refinement: refinement(of: model, path), means: means, access: missing.access(arrays.access()))
    sampler.context?.notes.note()
    let target = constrained ? try ContainedTarget(of: model, path) : nil
    // Text has two axes: each row is followed by its context.
    let isJoined = try destination.isText && sampler.shape.count > 2
    let columns = (target?.description.constrained ?? model.allColumns) + (isJoined ? model.contextColumns : [])
    let units = target == nil ? model.allUnits + (isJoined ? model.contextUnits : []) : columns.map { _ in nil }
    let rows = sampler.shape.dropLast()
    let shape = (isJoined ? [rows.reduce(1, *)] : Array(rows)) + [columns.count]
    var attributes = Provenance.common.merging(
      ["model": .text(path), "model_digest": .text(try AtomicFile.digest(path)), "seed": .text("\(seed)")]) { $1 }
    if let refinementPath { attributes["refinement"] = .text(refinementPath) }
    let contextPath = try destination.isHDF5 ? sampler.context.map { _ in destination.contextPath } : nil
    let writer = try destination.begin(
      "samples", shape: shape, columns: columns, units: units, attributes: attributes, mark: .samples,
      own: contextPath.map { [OutputMark.contextKey: .text($0)] } ?? [:])
    if let contextPath, let context = sampler.context, let tables = writer?.tables {
      try write(context, of: model, to: contextPath, tables)
    }
    try sampler.sample(withContext: isJoined) { block throws(FlowError) in
      try Interrupts.check(writing: output)
      try writer?.append(target?.constrained(block) ?? block)
    }
    try writer?.finish()
    let total = sampler.shape.dropLast().reduce(1, *)
    if json {
      try Line(file: output, samples: total, acceptance: sampler.acceptance).printJSON()
    } else {
      if let acceptance = sampler.acceptance { print("kept \((acceptance * 100).text(digits: 1)) % of the draws") }
      let sizes = shape.map(String.init).joined(separator: " x ")
      print("wrote \(writer?.location ?? output), \(sizes) values of \(columns.listed)")
    }
  }

  private var refinementPath: String? { refinement ?? (refined ? Refinement.path(besideModel: model) : nil) }

  private func refinement(of model: Model, _ path: String) throws(FlowError) -> Refinement? {
    guard let file = refinementPath else { return nil }
    guard OutputPath.exists(file) else {
      throw FlowError(.file, "\(file) does not exist; 'flowctl reweight \(path) DATA' writes it")
    }
    let refinement = try Refinement(reading: file)
    try refinement.check(model, digest: AtomicFile.digest(path), file)
    return refinement
  }

  /// The rows of context, beside the samples that are drawn for them.
  private func write(
    _ context: any RandomAccessTable, of model: Model, to path: String, _ writer: TableWriter
  ) throws(FlowError) {
    try writer.addDataset(
      path, shape: [context.rows, context.columns.count], columns: model.contextColumns, units: model.contextUnits,
      attributes: OutputMark.context.attribute)
    try context.forEachBlock { block throws(FlowError) in try writer.append(block, to: path) }
  }

  private struct Line: Encodable {
    let file: String
    let samples: Int
    /// The part of the draws that a refinement kept; left out without one.
    let acceptance: Double?
  }
}
