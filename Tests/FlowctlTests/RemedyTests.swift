import Foundation
import Testing

@Suite struct RemedyTests {
  /// Advice that names an option which no command takes helps nobody.
  @Test func adviceNamesOptionsThatAreThere() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/flowctl/Remedies.swift")
    let text = try String(contentsOf: source.standardized, encoding: .utf8)
    let named = Set(text.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
    let workspace = try Workspace()
    var help = ""
    for command in ["fit", "sample", "density", "inspect"] {
      help += try workspace.expectSuccess([command, "--help"]).output
    }
    let known = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
    #expect(named.count >= 9 && known.count > 20)
    #expect(named.subtracting(known).isEmpty)
  }
}
