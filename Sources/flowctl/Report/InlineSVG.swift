import FlowKit

extension HTML {
  /// A picture within the page, in the page's colours, with a sentence below it.
  ///
  /// - Parameter id: a word that no other figure of the page has.
  static func figure(_ picture: Picture, id: String, caption: String) throws(FlowError) -> HTML {
    let drawing = HTML(markup: inlined(String(decoding: try picture.drawn(as: .svg), as: UTF8.self), picture, id))
    return """
      <figure>
      <div class="wide" tabindex="0" role="region" aria-label="Figure: \(caption)">\(drawing)</div>
      <figcaption>\(caption)</figcaption>
      </figure>
      """
  }

  /// What gnuplot has drawn, as a part of a page: without its head, with names of its own and colours that follow the page.
  private static func inlined(_ svg: String, _ picture: Picture, _ id: String) -> String {
    guard let start = svg.firstRange(of: "<g id=\"gnuplot_canvas\">"), let end = svg.firstRange(of: "</svg>") else {
      return ""
    }
    var body = String(svg[start.lowerBound..<end.lowerBound])
    for name in ["gpDot", "gpPt"] + ["textbox", "greybox", "gnuplot_canvas", "gnuplot_plot_"] {
      body = body.replacing("id='\(name)", with: "id='\(id)-\(name)").replacing(
        "id=\"\(name)", with: "id=\"\(id)-\(name)"
      )
      .replacing("#\(name)", with: "#\(id)-\(name)")
    }
    // Plots are numbered in every panel anew, and nothing refers to them.
    body = withoutPlotNames(body, "\(id)-gnuplot_plot_")
    for (name, light, _) in Ink.all {
      for text in [light, components(light, width: 1, ","), components(light, width: 3, ", ")] {
        body = body.replacing(text, with: "var(--\(name))")
      }
    }
    let alternative = escaped(picture.alternative)
    return "<svg viewBox=\"0 0 \(picture.width) \(picture.height)\" width=\"\(picture.width)\" role=\"img\" "
      + "aria-label=\"\(alternative)\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\(body)</svg>"
  }

  private static func withoutPlotNames(_ body: String, _ name: String) -> String {
    body.split(separator: "\n").map { line in
      guard let range = line.firstRange(of: " id=\"\(name)") else { return String(line) }
      let rest = line[range.upperBound...]
      guard let quote = rest.firstIndex(of: "\"") else { return String(line) }
      return String(line[..<range.lowerBound]) + String(rest[rest.index(after: quote)...])
    }.joined(separator: "\n")
  }

  /// `rgb(0, 114, 178)` of `#0072b2`, as gnuplot writes it.
  private static func components(_ colour: String, width: Int, _ separator: String) -> String {
    let digits = Array(colour.dropFirst())
    let values = stride(from: 0, to: 6, by: 2).map { index in
      let text = String(Int(String(digits[index...(index + 1)]), radix: 16)!)
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return "rgb(\(values.joined(separator: separator)))"
  }
}
