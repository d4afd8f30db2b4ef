import FlowKit
import Foundation
import Testing

@Suite struct FlowErrorTests {
  @Test func describesItselfByMessageAndRemedy() {
    #expect("\(FlowError(.file, "no such file"))" == "no such file")
    #expect(
      "\(FlowError(.data, "m.h5 was edited", fix: .acceptEdited))"
        == "m.h5 was edited; copy it again, or read a file edited on purpose with acceptingEdited: true")
    #expect(Remedy.repairOrChange(.bounds).description == "repair the data, or give other PreprocessingOptions.bounds")
  }

  /// What is said of an error where it passes by leaves kind, remedy and detail.
  @Test func keepsItsRemedyOnTheWayUp() throws {
    let error = FlowError(.data, "a column is constant", fix: .leaveOut(of: .context), detail: "d").at("data.h5:/x")
    #expect(
      error == FlowError(.data, "data.h5:/x: a column is constant", fix: .leaveOut(of: .context), detail: "d"))
    let sent = try FlowError(jsonText: error.jsonText(), "an error")
    #expect(sent == error)
  }

  /// A user of the library has none of flowctl's options: what to do is a `Remedy`, which flowctl words.
  @Test func theLibraryNamesNoOptions() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/FlowKit")
    let files = try FileManager.default.subpathsOfDirectory(atPath: sources.standardized.path)
    var (looked, found) = (0, [String]())
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        guard !line.drop(while: \.isWhitespace).hasPrefix("//") else { continue }
        looked += 1
        // No operator of Swift's is written so: such text stands in a literal.
        if line.contains(/(^|[^-\w])--[a-z]/) || line.contains(/"[^"]*flowctl[^"]*"/) {
          found.append("\(file):\(number + 1): \(line)")
        }
      }
    }
    #expect(looked > 10_000)
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }
}
