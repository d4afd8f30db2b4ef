import FlowKit
import Foundation
import FoundationXML
import Testing

@Suite(.enabled("gnuplot is not installed: pictures are not tested") { hasGnuplot() }) struct ReportTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func page(_ name: String = "report.html") throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: workspace.path(name))), as: UTF8.self)
  }

  private func headings(_ page: String) -> [String] {
    page.matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) }
  }

  @Test func twoSamplesThatAreCompared() throws {
    for (name, seed) in [("a.h5", 1), ("b.h5", 2)] {
      try workspace.write(name, moons(120, seed: UInt64(seed)), columns: ["x", "y"])
    }
    try workspace.expectSuccess(["compare", "a.h5", "b.h5", "--permutations", "99", "-o", "report.html"])
    let page = try page()
    #expect(headings(page) == ["Verdict", "A against B", "Measures", "To repeat it"])
    for text in ["A: a.h5:/events, 120 rows", "B: b.h5:/events, 120 rows", "no difference found", "<svg"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func aFitAgainstItsTestRows() throws {
    try workspace.write(
      "data.h5", ["train": moons(300), "valid": moons(100, seed: 1), "test": moons(200, seed: 2)], columns: ["x", "y"])
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + quick)
    let outcome = try workspace.expectSuccess(["report", "model.h5", "data.h5", "-o", "report.html", "--rows", "500"])
    #expect(outcome.output == "wrote report.html\n" && outcome.errors.isEmpty)
    let page = try page()
    #expect(
      headings(page) == [
        "What was fitted", "Training", "Data against model", "Quantiles", "Latent space", "Comparison", "Calibration",
        "Least likely rows", "What the architecture can represent", "To repeat it", "Provenance",
      ])
    for text in [
      "was fitted to 300 events of data.h5:/train. 100 other events of data.h5:/valid chose the epoch.",
      "rows that the fit has not seen, as far as the model tells", "200 rows of data.h5:/test",
      try AtomicFile.digest(workspace.path("model.h5")), "flowctl report model.h5 data.h5 -o report.html --rows 500",
      "2*[coupling-affine(hidden=8),permute(reverse)]",
    ] { #expect(page.contains(text), "\(text)") }
    // The mean is that of `density`.
    let scored = try workspace.json(["density", "model.h5", "data.h5"])[0]
    let mean = try #require(scored["mean"] as? Double)
    let shown = try #require(page.firstMatch(of: /<dd>(−?[0-9.]+) ± ([0-9.]+) nats<\/dd>/))
    #expect(abs(abs(Double(shown.1.replacing("−", with: "-"))!) - abs(mean)) < 1e-4)
  }

  @Test func rowsThatWereFittedDecideNothing() throws {
    try workspace.fitMoons()
    try workspace.expectSuccess(["report", "model.h5", "data.h5", "-o", "report.html", "--brief"])
    let page = try page()
    #expect(page.contains("rows that the model was fitted to") && page.contains("decide nothing"))
    #expect(!page.contains("within chance") && !page.contains("different</td>"))
  }

  @Test func aModelAlone() throws {
    try workspace.fitMoons()
    try workspace.expectSuccess(["report", "model.h5", "-o", "report.html", "--rows", "300"])
    let found = headings(try page())
    #expect(found.contains("Draws from the model") && !found.contains("Quantiles"))
  }

  @Test func aFitWritesItsReport() throws {
    try workspace.writeMoons()
    let outcome = try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "model.h5", "--report", "report.html", "--ensemble", "2"] + quick)
    #expect(outcome.output.hasSuffix("wrote report.html\n"))
    let page = try page()
    #expect(
      page.contains("A mixture of 2 normalizing flows") && page.contains("rows that chose the length of the training"))
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "other.h5", "--report", "report.html"] + quick,
      "report.html exists already; choose another name, or replace it with --force")
  }

  @Test func aConditionalModelAndWeights() throws {
    let rows = moons(400).enumerated().map { $1 + [Double($0 % 3)] }
    try workspace.write("data.h5", rows, columns: ["x", "c", "w"])
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--context", "c", "--weights", "w"] + quick)
    try workspace.expectSuccess([
      "report", "model.h5", "data.h5", "-o", "report.html", "--weights", "w", "--rows", "150",
    ])
    #expect(try page().contains("conditional density of one column (x) given c"))
    try workspace.expectSuccess(["report", "model.h5", "-o", "alone.html"])
    #expect(
      try !page("alone.html").contains(
        "<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Figure: Draws"))
  }

  @Test func inference() throws {
    try workspace.expectSuccess(["infer", "banana", "-o", "model.h5", "--steps", "20", "--draws", "500"])
    try workspace.expectSuccess(["report", "model.h5", "-o", "report.html", "--rows", "300"])
    let page = try page()
    #expect(headings(page).contains("Inference"))
    for word in ["ELBO", "log Z", "k̂", "effective draws", "lost modes"] {
      #expect(page.contains(">\(word)<"), "\(word)")
    }
  }

  /// Names are text, whatever they hold.
  @Test func namesAreEscaped() throws {
    let name = "<script>alert('x')</script>\"&"
    try workspace.write("data.h5", moons(200), columns: [name, "y"])
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + quick)
    try workspace.expectSuccess(["report", "model.h5", "data.h5", "-o", "report.html", "--brief"])
    let page = try page()
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"))
  }

  /// What a screen reader and a browser need of the page, as far as its text shows it.
  @Test func thePageIsWellFormed() throws {
    try workspace.fitMoons()
    try workspace.expectSuccess(["report", "model.h5", "data.h5", "-o", "report.html", "--brief"])
    let page = try page()
    let document = XMLParser(data: Data(xml(page).utf8))
    #expect(document.parse(), "\(String(describing: document.parserError)) in line \(document.lineNumber)")
    let ids = page.matches(of: #/ id=["']([^"']*)["']/#).map { String($0.1) }
    #expect(Set(ids).count == ids.count, "\(ids.count - Set(ids).count) names twice")
    for link in page.matches(of: /href=["']#([^"']*)["']/) { #expect(ids.contains(String(link.1)), "\(link.1)") }
    #expect(page.matches(of: /<svg/).count == page.matches(of: /<svg [^>]*role="img" aria-label="[^"]{40,}"/).count)
    #expect(page.matches(of: /<th>/).isEmpty && page.matches(of: /<th scope=/).count > 10)
    #expect(page.matches(of: /<h1/).count == 1 && page.contains("<html lang=\"en\">"))
    // The one address is the name of the notation of links in pictures.
    let addresses = Set(page.matches(of: /https?:[^"' <)]*/).map { String($0.0) })
    #expect(addresses.isSubset(of: ["http://www.w3.org/1999/xlink"]), "\(addresses)")
    #expect(!page.contains("url(") && !page.contains("@import") && !page.contains("src="))
    // Every colour follows the page.
    #expect(page.matches(of: /rgb\(/).isEmpty)
  }

  /// The page as XML: elements without an end are ended.
  private func xml(_ page: String) -> String {
    page.replacing("<!doctype html>", with: "").replacing(/<(meta|br)([^>]*)>/) { "<\($0.1)\($0.2)/>" }
  }
}
