import FlowKit

/// The page: one file that needs nothing else.
struct ReportPage {
  let subject: ReportSubject
  private let sections: [(title: String, id: String, contents: [HTML])]

  /// - Parameter isBrief: leaves out what takes most of the time, the comparison and the calibration.
  init(_ subject: ReportSubject, isBrief: Bool = false) throws(FlowError) {
    self.subject = subject
    sections = try subject.sections(isBrief)
  }

  func write(to path: String) throws(FlowError) { try AtomicFile.write(Array(markup.utf8), to: path) }

  private var markup: String {
    let title = "Report on \(subject.name)"
    let links = sections.map { section -> HTML in "<li><a href=\"#\(section.id)\">\(section.title)</a></li>" }
    let bodies = sections.map { HTML.section($0.title, id: $0.id, $0.contents) }
    // Nothing may be fetched from anywhere, whatever a name holds.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="flowctl \(flowKitVersion)">
      <title>\(title)</title>
      <style>\(HTML(markup: ReportStyle.sheet))</style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header>
      <p class="kind">flowctl report</p>
      <h1>\(title)</h1>
      \(subject.summary)
      </header>
      <nav aria-label="Contents"><ol>\(links)</ol></nav>
      <main id="content">
      \(bodies)
      </main>
      <footer><p>Written by flowctl \(flowKitVersion). Everything on this page is in this file.</p></footer>
      </body>
      </html>

      """
    return page.markup
  }
}

extension ReportSubject {
  /// The model's file without its folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// In the order of the page.
  fileprivate func sections(_ isBrief: Bool) throws(FlowError) -> [(title: String, id: String, contents: [HTML])] {
    var sections: [(title: String, id: String, contents: [HTML])] = [("What was fitted", "fit", fitSection)]
    if !inferenceSection.isEmpty { sections.append(("Inference", "inference", inferenceSection)) }
    if !model.curves.isEmpty { sections.append(("Training", "training", try trainingSection())) }
    if events.data != nil || events.model != nil {
      sections.append(
        (events.data == nil ? "Draws from the model" : "Data against model", "corner", try cornerSection()))
    }
    if read != nil {
      sections.append(("Quantiles", "quantiles", try quantilesSection()))
      if let latents = try latentSection() { sections.append(("Latent space", "latents", latents)) }
      if !isBrief {
        sections.append(("Comparison", "comparison", try comparisonSection()))
        if let calibration = try calibrationSection() { sections.append(("Calibration", "calibration", calibration)) }
      }
      sections.append(("Least likely rows", "rows", worstRowsSection))
    }
    sections.append(("What the architecture can represent", "expressivity", expressivitySection))
    sections.append(("To repeat it", "repeat", repeatSection))
    sections.append(("Provenance", "provenance", try provenanceSection()))
    return sections
  }
}
