import ArgumentParser
import FlowKit

struct Diff: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Says how two models differ: architecture, parameters, data, history.")

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  @OptionGroup var reading: ModelReading

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let models = (try reading.model(first), try reading.model(second))
    let difference = try ModelDifference(models.0, models.1)
    guard !json else { return try difference.printJSON() }
    for line in difference.differences {
      print("\(line.what)\(String(repeating: " ", count: max(2, 20 - line.what.count)))\(line.how)")
    }
    if difference.sameFlow {
      let isEnsemble = models.0.members.count > 1
      let (what, each) = isEnsemble ? ("flows", " of each") : ("flow", "")
      print("\(first) and \(second) hold the same \(what): equal architecture, equal parameters\(each)")
    }
  }
}
