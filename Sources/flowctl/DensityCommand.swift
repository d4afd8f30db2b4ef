import ArgumentParser
import FlowKit

struct Density: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores events: log p(x), or log p(x | c), in nats, in the data's own units.",
    discussion: """
      With train, valid and test in the file or group that DATA names, test is scored. The output holds a dataset \
      log_density with one value per row. Of columns that were dequantized, the density of each row with uniform noise \
      of its own is scored, whose mean is a lower bound of the mean log-probability of the whole numbers.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String

  @Argument(help: "Events: file.h5 or file.h5:/path/in/file.")
  var data: String

  @Option(name: .shortAndLong, help: "The file to write.")
  var output: String?

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Flag(help: "Score rows with a NaN or an infinite value as NaN or -infinity, and count them.")
  var skipNonFinite = false

  @OptionGroup var reading: ModelReading

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let threads = try OptionCheck.threads(threads)
    if let output {
      try OutputPath.check(output, force: force, inputs: [model, DataLocation(data).file])
      Interrupts.catchThem()
    }
    let source = try DataSource(DataLocation(data))
    let scorer = try TableScorer(
      reading.model(model), source.test ?? source.train, threads: threads, acceptingNonFinite: skipNonFinite)
    let writer = try output.map { path throws(FlowError) in
      let writer = try TableWriter(to: path, attributes: attributes(scorer))
      try writer.addDataset("log_density", shape: [scorer.rows], element: .float64)
      return writer
    }
    try scorer.score { block throws(FlowError) in
      try Interrupts.check(writing: output)
      try writer?.append(block, to: "log_density")
    }
    try writer?.finish()
    try report(scorer)
  }

  private func attributes(_ scorer: TableScorer) -> [String: MetadataValue] {
    Provenance.common.merging(["model": .text(model), "data": .text(scorer.location.description)]) { $1 }
  }

  private struct Line: Encodable {
    let count: Int
    let mean: JSONNumber
    let standardError: JSONNumber
    let nonFinite: Int
    let data: String
  }

  private func report(_ scorer: TableScorer) throws(FlowError) {
    if scorer.nonFiniteRows > 0 {
      Terminal.note("\(scorer.location): \(scorer.nonFiniteRows) rows with values that are not finite have no density")
    }
    if scorer.rowsOutsideDomain > 0 {
      Terminal.note(
        "\(scorer.location): \(scorer.rowsOutsideDomain) rows are outside the model's domain; their "
          + "log-density is -infinity")
    }
    let moments = scorer.moments
    guard !json else {
      return try Line(
        count: scorer.rows, mean: JSONNumber(moments.mean), standardError: JSONNumber(moments.standardError),
        nonFinite: moments.nonFiniteCount, data: scorer.location.description
      ).printJSON()
    }
    print("scored \(scorer.location): \(scorer.rows.grouped) events")
    if let mean = moments.mean {
      print("mean log-density \(mean.text(digits: 4)) ± \((moments.standardError ?? 0).text(digits: 4)) nats")
    }
    if moments.nonFiniteCount > 0 { print("\(moments.nonFiniteCount.grouped) events have no finite log-density") }
    if let output { print("wrote \(output):/log_density") }
  }
}
