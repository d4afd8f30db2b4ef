import ArgumentParser
import FlowKit
import Glibc

struct Plot: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Draws a picture of a model, of data, or of data against a model.",
    discussion: """
      Pictures are drawn by gnuplot (on Debian and Ubuntu: apt-get install gnuplot-nox). Of a file with train, valid and test, test is \
      shown. A corner plot has a histogram of each column and, of each pair of columns, contours that hold 39.3, 86.5 and 98.9 % of the \
      events: 1, 2 and 3 standard deviations of a normal density. Ranks are those of 'flowctl calibrate'. The guide Reading the report says how to read them.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable { case corner, density, training, ranks }

  @Argument(help: "A model, or DATA: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var file: String

  @Argument(help: "DATA beside the model.")
  var data: String?

  @Option(help: "What to draw: \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind = Kind.corner

  @Option(name: .shortAndLong, help: "The picture to write; its name says the format: .svg, .png or .pdf.")
  var output: String

  @OptionGroup var events: EventReading

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @OptionGroup var reading: ModelReading

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let format = try Picture.Format(ofName: output)
    try OutputPath.check(output, force: force, inputs: [file] + (data.map { [DataLocation($0).file] } ?? []))
    try AtomicFile.write(picture().drawn(as: format), to: output)
    print("wrote \(output)")
  }

  private func picture() throws(FlowError) -> Picture {
    guard try isModel() else {
      guard kind != .training else {
        throw FlowError(.data, "\(file) is no model: it has no training", fix: .giveModel)
      }
      guard data == nil else {
        throw FlowError(
          .data, "\(file) is no model, so that there is nothing to hold \(data!) against", fix: .giveModel)
      }
      let read = try events.events(file, for: nil)
      let rows = PictureEvents.Rows(values: read.rows.events, weights: read.rows.weights, name: read.name)
      return draw(PictureEvents(columns: read.columns, units: read.units, data: rows), nil)
    }
    let model = try reading.densityModel(file)
    if kind == .training { return try TrainingPlot.picture(model) }
    let read = try data.map { data throws(FlowError) in try events.events(data, for: model) }
    if kind == .ranks {
      guard let read else {
        throw FlowError(.data, "ranks are those of rows that the model was not fitted to: give DATA")
      }
      return RanksPlot.picture(try model.calibration(of: read, seed: events.seed))
    }
    let shown = PictureEvents(model, read, draws: try model.draws(beside: read, count: events.rows, seed: events.seed))
    return draw(shown, model)
  }

  private func isModel() throws(FlowError) -> Bool {
    if DataLocation(file).path != nil { return false }
    guard case .model = try events.arrays.access().contents(of: file) else { return false }
    return true
  }

  private func draw(_ events: PictureEvents, _ model: Model?) -> Picture {
    if kind == .corner { return CornerPlot.picture(events) }
    guard let model, model.columns.count == 1, model.contextColumns.isEmpty else {
      return MarginalsPlot.picture(events)
    }
    let ensemble = model.ensemble
    return MarginalsPlot.picture(events) { x in ensemble.logDensity(x).map { exp($0) } }
  }
}

extension PictureEvents {
  /// Those of data beside draws of a model, with the model's names.
  init(_ model: Model, _ read: ReadEvents?, draws: Rows?) {
    let rows = read.map { Rows(values: $0.rows.events, weights: $0.rows.weights, name: $0.name) }
    self.init(columns: model.columns, units: model.units, data: rows, model: draws)
  }
}
