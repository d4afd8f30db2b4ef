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
    let difference = try ModelDifference(reading.model(first), reading.model(second))
    guard !json else { return try difference.printJSON() }
    for line in difference.differences {
      print("\(line.what)\(String(repeating: " ", count: max(2, 20 - line.what.count)))\(line.how)")
    }
    if difference.sameFlow {
      print("\(first) and \(second) hold the same flow: equal architecture, equal parameters")
    }
  }
}
