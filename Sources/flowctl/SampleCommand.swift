import ArgumentParser
import FlowKit

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws events from a model.",
    discussion: """
      The output holds a dataset samples, N x D, with the columns' names as attribute columns; for a conditional model \
      with M rows of context it is M x N x D. The same seed gives the same events, and fewer are a prefix of more.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Option(
    name: .customShort("n"), parsing: .unconditional,
    help: "How many events to draw; with --context, for each of its rows (default: 1).")
  var count: Int?

  @Option(name: .shortAndLong, help: "The file to write.")
  var output: String

  @Option(help: "Rows of context for a conditional model: file.h5 or file.h5:/path/in/file.")
  var context: String?

  @Option(parsing: .unconditional, help: "Decides which events are drawn.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @OptionGroup var reading: ModelReading

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if count == nil, context == nil { throw ValidationError("Missing expected argument '-n <n>'") }
  }

  func run() throws {
    let count = try OptionCheck.positive(count ?? 1, "-n", atMost: .max)
    let threads = try OptionCheck.threads(threads)
    let context = context.map { DataLocation($0) }
    try OutputPath.check(output, force: force, inputs: [model] + (context.map { [$0.file] } ?? []))
    Interrupts.catchThem()
    let model = try reading.model(model)
    let sampler = try TableSampler(model, count: count, context: context, seed: seed, threads: threads)
    let writer = try TableWriter(
      to: output,
      attributes: Provenance.common.merging(["model": .text(self.model), "seed": .text("\(seed)")]) { $1 })
    try writer.addDataset("samples", shape: sampler.shape, columns: model.columns, element: .float64)
    try sampler.sample { block throws(FlowError) in
      try Interrupts.check(writing: output)
      try writer.append(block, to: "samples")
    }
    try writer.finish()
    let total = sampler.shape.dropLast().reduce(1, *)
    if json {
      try Line(file: output, samples: total).printJSON()
    } else {
      let shape = sampler.shape.map(String.init).joined(separator: " x ")
      print("wrote \(output):/samples, \(shape) values of \(model.columns.joined(separator: ", "))")
    }
  }

  private struct Line: Encodable {
    let file: String
    let samples: Int
  }
}
