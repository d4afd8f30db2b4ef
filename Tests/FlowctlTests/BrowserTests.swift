import FlowKit
import Foundation
import Testing

/// Reports in a real browser: Chromium without a window.
@Suite(
  .enabled("gnuplot or chromium is not installed: reports are not looked at in a browser") {
    hasGnuplot() && isInstalled("chromium", "reports are not looked at in a browser")
  })
struct BrowserTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private struct Findings: Decodable {
    let width: Int
    let dark: Bool
    let texts: Int
    let problems: [String]
  }

  /// What `check.js` says of a page in a frame of a width, and what the browser complains about.
  private func look(at page: String, width: Int, isDark: Bool = false) throws -> Findings {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Browser/check.js")
    // The policy of the page forbids scripts: the copy that is looked at has none.
    let open = page.replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "")
      .replacing("</body>", with: "<script>\(try String(contentsOf: script, encoding: .utf8))</script></body>")
    let quoted = open.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    let outer = """
      <!doctype html><html><body style="margin:0"><iframe id="page" style="width:\(width)px;height:900px;border:0" srcdoc="\(quoted)"></iframe>
      <script>onload = () => { document.title = document.getElementById('page').contentDocument.title }</script></body></html>
      """
    try Data(outer.utf8).write(to: URL(filePath: workspace.path("outer.html")))
    let outcome = try browse("outer.html", isDark ? ["--force-dark-mode"] : [])
    let title = try #require(outcome.output.firstMatch(of: /<title>(\{.*?\})<\/title>/), "\(outcome.errors)")
    return try JSONDecoder().decode(Findings.self, from: Data(title.1.utf8))
  }

  private func browse(_ name: String, _ options: [String]) throws -> Outcome {
    let process = Process()
    process.currentDirectoryURL = workspace.folder
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "timeout", "120", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--enable-logging=stderr", "--user-data-dir=\(workspace.path("browser"))", "--window-size=1500,1000",
        "--dump-dom",
      ] + options + [URL(filePath: workspace.path(name)).absoluteString]
    return try finished(process)
  }

  private func page() throws -> String {
    let names = ["a column with a long name that goes on and on", "y", "z_3"]
    let rows = moons(300).enumerated().map { $1 + [1e6 * Double($0 % 10)] }
    try workspace.write("data.h5", ["train": rows, "test": rows.map { $0.map { 1.01 * $0 } }], columns: names)
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--report", "report.html"] + quick)
    return String(decoding: try Data(contentsOf: URL(filePath: workspace.path("report.html"))), as: UTF8.self)
  }

  @Test func nothingIsTooWideOrLiesOverAnother() throws {
    let page = try page()
    for (width, isDark) in [(400, false), (1_400, true)] {
      let found = try look(at: page, width: width, isDark: isDark)
      #expect(found.width == width && found.dark == isDark && found.texts > 50)
      #expect(found.problems.isEmpty, "\(found.problems.prefix(5))")
    }
    // As it is, with its policy: the browser has nothing to say about it.
    let outcome = try browse("report.html", [])
    let complaints = outcome.errorLines.filter { $0.contains("CONSOLE") }
    #expect(outcome.output.contains("</html>") && complaints.isEmpty, "\(complaints)")
  }

  @Test func theCheckFindsWhatIsWrong() throws {
    let wide =
      "<!doctype html><html><head><meta charset=\"utf-8\"></head><body><h1>a</h1><h3>b</h3><p style=\"width:2000px\">c</p>"
      + "<p style=\"margin-top:-30px\">d</p></body></html>"
    let found = try look(at: wide, width: 400).problems
    for word in ["overflow", "overlap", "heading 3 after 1"] {
      #expect(found.contains { $0.hasPrefix(word) }, "\(word): \(found)")
    }
  }
}
