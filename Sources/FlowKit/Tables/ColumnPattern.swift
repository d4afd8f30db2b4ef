/// How people write which columns they mean: a name, a path, an index, a pattern (`p*`, `x?`), or what to leave out
/// (`!label`, `!p*`).
struct ColumnPattern {
  enum Kind { case name, pattern, exclusion }

  /// Without the exclamation mark.
  let text: String
  let kind: Kind

  /// - Parameter isName: whether a column is called so, letter by letter: then its name is no pattern.
  init(_ text: String, isName: (String) -> Bool) {
    if isName(text) {
      (self.text, kind) = (text, .name)
    } else if text.hasPrefix("!"), text.count > 1 {
      (self.text, kind) = (String(text.dropFirst()), .exclusion)
    } else {
      (self.text, kind) = (text, text.contains { $0 == "*" || $0 == "?" } ? .pattern : .name)
    }
  }

  /// Whether a name or path fits: `*` stands for any characters of a name, `?` for one.
  func matches(_ name: String) -> Bool {
    guard text.contains("/") else { return Self.matches(Array(text)[...], Array(name)[...]) }
    let (patterns, names) = (text.split(separator: "/"), name.split(separator: "/"))
    return patterns.count == names.count
      && zip(patterns, names).allSatisfy { Self.matches(Array($0)[...], Array($1)[...]) }
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    var (p, n) = (pattern.startIndex, name.startIndex)
    // Where to go on after the last star, if what follows it does not fit.
    var retry: (p: Int, n: Int)?
    while n < name.endIndex {
      if p < pattern.endIndex, pattern[p] == "*" {
        retry = (p + 1, n)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == "?" || pattern[p] == name[n] {
        (p, n) = (p + 1, n + 1)
      } else if let last = retry {
        (p, n) = (last.p, last.n + 1)
        retry = (p, n)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
