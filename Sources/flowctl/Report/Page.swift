import FlowKit

/// A page in one file that needs nothing else.
struct Page {
  typealias Section = (title: String, id: String, contents: [HTML])

  /// Which command writes it.
  let kind: String
  let title: String
  /// The figures that a reader looks for first.
  let summary: HTML
  let sections: [Section]

  func write(to path: String) throws(FlowError) { try AtomicFile.write(Array(markup.utf8), to: path) }

  private var markup: String {
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
      <p class="kind">\(kind)</p>
      <h1>\(title)</h1>
      \(summary)
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
