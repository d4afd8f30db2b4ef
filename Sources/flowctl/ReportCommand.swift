import ArgumentParser
import FlowKit

struct Report: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract:
      "Writes a page on a model that says how good it is, with pictures: one HTML file that needs nothing else.",
    discussion: """
      DATA are best rows that the fit has not seen; of a file with train, valid and test, test is taken. Without DATA the page holds what \
      the model says of itself. Pictures are drawn by gnuplot (on Debian and Ubuntu: apt-get install gnuplot-nox). The guide Reading the \
      report says what its parts mean.
      """)

  @Argument(help: "A model that 'flowctl fit' or 'flowctl infer' wrote.")
  var model: String

  @Argument(help: "Events to hold it against: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String?

  @Option(name: .shortAndLong, help: "The page to write, such as report.html.")
  var output: String

  @OptionGroup var events: EventReading

  @Flag(help: "Leave out the comparison and the calibration, which take most of the time.")
  var brief = false

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @OptionGroup var reading: ModelReading

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    try OutputPath.check(output, force: force, inputs: [model] + (data.map { [DataLocation($0).file] } ?? []))
    let model = try reading.densityModel(self.model)
    let read = try data.map { data throws(FlowError) in try events.events(data, for: model) }
    var subject = try ReportSubject(model, self.model, read, draws: events.rows, seed: events.seed)
    subject.command = CommandLine.arguments.joined(separator: " ")
    try subject.page(isBrief: brief).write(to: output)
    print("wrote \(output)")
  }
}
