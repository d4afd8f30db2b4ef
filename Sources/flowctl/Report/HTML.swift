/// A piece of a page. Texts that are put into a literal are escaped, pieces are not:
///
///     let cell: HTML = "<td>\(name)</td>"
///     let row: HTML = "<tr>\(cell)</tr>"
struct HTML: ExpressibleByStringInterpolation {
  let markup: String

  init(markup: String) { self.markup = markup }
  init(stringLiteral markup: String) { self.markup = markup }
  init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  struct StringInterpolation: StringInterpolationProtocol {
    var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }
    mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }
    mutating func appendInterpolation(_ pieces: [HTML]) { markup += pieces.map(\.markup).joined(separator: "\n") }
  }

  static let nothing: HTML = ""

  /// Text as it is shown, also within a quoted attribute; what no document may hold is replaced.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case let scalar where scalar.value < 32 || (127..<160).contains(scalar.value): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension HTML {
  static func paragraph(_ text: String) -> HTML { "<p>\(text)</p>" }

  /// A heading with what belongs below it; `id` is a word.
  static func section(_ title: String, id: String, _ contents: [HTML]) -> HTML {
    "<section id=\"\(id)\" aria-labelledby=\"\(id)-title\">\n<h2 id=\"\(id)-title\">\(title)</h2>\n\(contents)\n</section>"
  }

  /// A table whose first column names its rows. Numbers stand to the right.
  static func table(_ caption: String, head: [String], _ rows: [[String]]) -> HTML {
    let heads = head.enumerated().map { column, name -> HTML in
      let isNumeric = column > 0 && rows.contains { isNumber($0[column]) }
      return isNumeric ? "<th scope=\"col\" class=\"number\">\(name)</th>" : "<th scope=\"col\">\(name)</th>"
    }
    let lines = rows.map { row -> HTML in
      let cells = row.dropFirst().map { cell -> HTML in
        isNumber(cell) ? "<td class=\"number\">\(withMinus(cell))</td>" : "<td>\(cell)</td>"
      }
      return "<tr><th scope=\"row\">\(row[0])</th>\(cells)</tr>"
    }
    // A table wider than the page is moved within a frame of its own, by the keyboard, too.
    return """
      <div class="wide" tabindex="0" role="region" aria-label="\(caption)">
      <table><caption>\(caption)</caption><thead><tr>\(heads)</tr></thead>
      <tbody>\(lines)</tbody></table></div>
      """
  }

  /// Names with what belongs to them: figures side by side, or, where they may be long, a list.
  static func facts(_ facts: [(String, String)], areLong: Bool = false) -> HTML {
    let items = facts.map { name, value -> HTML in
      "<div><dt>\(name)</dt><dd>\(isNumber(value) ? withMinus(value) : value)</dd></div>"
    }
    return areLong ? "<dl class=\"list\">\(items)</dl>" : "<dl class=\"facts\">\(items)</dl>"
  }

  /// Lines as they would stand in a terminal.
  static func code(_ text: String, label: String) -> HTML {
    "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(label)\"><code>\(text)</code></pre>"
  }

  private static func withMinus(_ text: String) -> String { text.replacing("-", with: "−") }

  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.first else { return false }
    return first.isNumber || "−-±+".contains(first) && text.dropFirst().first?.isNumber == true
  }
}
