/// Finds the columns that are asked for, wherever they stand at or below the place that was named.
///
/// They are asked for in parts, for different uses: events, context, weights. A part is a list of names, or nil: all that no
/// other part takes. A pattern takes nothing that another part names, or that a later part takes.
struct ColumnChoice {
  typealias Column = TableCandidate.Column

  /// The columns of each part.
  private(set) var parts: [[Column]] = []
  /// The table that names and patterns without a path belong to; nil where every column was found by its name or path.
  private(set) var table: TableCandidate?

  /// Whether columns were taken that nobody named, so that some may have been left out.
  private(set) var leavesOut = false

  private let search: TableSearch
  /// What the columns are called in each part.
  private let texts: [[ColumnPattern]?]

  init(_ parts: [[String]?], in search: TableSearch) throws(FlowError) {
    self.search = search
    for part in parts {
      if let part, part.isEmpty { throw FlowError(.data, "no columns of \(search.base) are chosen") }
    }
    texts = parts.map { part in part?.map { ColumnPattern($0, isName: { search.isName($0) }) } }
    let names = texts.joinedTexts
    leavesOut = texts.contains { $0?.needsTable ?? true }
    var hits: [String: [[Column]]] = [:]
    for name in names where hits[name] == nil { hits[name] = search.hits(name) }
    if leavesOut || hits.contains(where: { $1.isEmpty && Int($0) != nil }) {
      table = try table(around: hits.values.flatMap { $0.joined() })
    }
    var found: [String: [Column]] = [:]
    for name in names where found[name] == nil { found[name] = try columns(called: name, hits) }
    self.parts = try resolved(texts, found)
  }

  /// All columns of a table.
  init(_ table: TableCandidate, in search: TableSearch) {
    (self.table, self.search, leavesOut, texts) = (table, search, true, [nil])
    parts = [table.columns]
  }

  /// Whether a column would have been taken, if it held real numbers, though nobody named it.
  func wouldTake(_ column: Column) -> Bool {
    let name = search.column(column).name
    func fits(_ kind: ColumnPattern.Kind, _ part: [ColumnPattern]) -> Bool {
      part.contains { $0.kind == kind && $0.matches(name) }
    }
    return texts.contains { part in
      guard let part else { return true }
      if fits(.exclusion, part) { return false }
      return part.allSatisfy { $0.kind == .exclusion } || fits(.pattern, part)
    }
  }

  /// Whether a part takes whatever no other one takes.
  var takesAll: Bool { texts.contains { $0 == nil } }

  /// All columns, part by part.
  var columns: [Column] { parts.flatMap { $0 } }

  /// The table in which columns are looked for that are not called by name: that of the base, else the one that the columns
  /// called by name belong to.
  private func table(around named: [Column]) throws(FlowError) -> TableCandidate {
    let failure: FlowError
    do throws(FlowError) { return try search.table() } catch { failure = error }
    let groups = Set(named.map { search.group(of: $0.member).location.objectPath })
    guard let first = named.first, groups.count == 1 else { throw failure }
    let (group, rows) = (search.group(of: first.member), search.members[first.member].rows)
    let lengths = search.tables(in: group).lengths
    guard let members = lengths.first(where: { search.members[$0[0]].rows == rows }) else { throw failure }
    return search.table(of: members, in: group, isPart: false)
  }

  /// The one column, or the columns of the one dataset or group, that a name means.
  private func columns(called name: String, _ hits: [String: [[Column]]]) throws(FlowError) -> [Column] {
    var own = hits[name]!
    guard !own.isEmpty else {
      if let complaint = search.complaint(about: name) { throw complaint }
      guard let table, let index = Int(name), table.columns.indices.contains(index) else {
        throw search.unknown(name, in: table ?? search.tableIfClear)
      }
      return [table.columns[index]]
    }
    // Several places: that which has everything that is asked for.
    let places = Set(own.map { search.place(of: $0[0]) })
    if places.count > 1 {
      let complete = places.filter { place in
        hits.values.allSatisfy { $0.isEmpty || $0.contains { search.place(of: $0[0]) == place } }
      }
      if complete.count == 1 { own = own.filter { search.place(of: $0[0]) == complete.first! } }
    }
    return try search.oneOf(own, called: name)
  }

  private func resolved(
    _ parts: [[ColumnPattern]?], _ found: [String: [Column]]
  ) throws(FlowError) -> [[Column]] {
    var taken = Set(found.values.joined())
    let ofTable = Set(table?.columns ?? [])
    var result: [[Column]] = []
    for part in parts.reversed() {
      let excluded = Set(
        try (part ?? []).filter { $0.kind == .exclusion }.map { text throws(FlowError) in
          try matches(of: text)
        }.joined())
      var columns: [Column] = []
      func take(_ more: [Column]) {
        for column in more where !taken.contains(column) && !excluded.contains(column) {
          taken.insert(column)
          columns.append(column)
        }
      }
      if part?.allSatisfy({ $0.kind == .exclusion }) ?? true {
        // A column behind a link that leads nowhere is not left out in silence.
        let broken = search.brokenLinks(beside: table).first { !taken.contains($0) && !excluded.contains($0) }
        if let broken, let complaint = search.members[broken.member].complaint { throw complaint }
        take(table?.columns ?? [])
      }
      for text in part ?? [] {
        switch text.kind {
        case .name: columns += found[text.text]!
        case .pattern:
          take(try matches(of: text).filter { search.isRead($0) || ofTable.contains($0) })
        case .exclusion: continue
        }
      }
      guard !columns.isEmpty else { throw search.nothingLeft(part?.map(\.text)) }
      result.insert(columns, at: 0)
    }
    return result
  }

  /// The columns that a pattern, or a name to leave out, fits: with a path in it of all places, else of the table.
  private func matches(of pattern: ColumnPattern) throws(FlowError) -> [Column] {
    var matches = search.hits(pattern.text).flatMap { $0 }
    if let table, let index = Int(pattern.text), table.columns.indices.contains(index), matches.isEmpty {
      matches.append(table.columns[index])
    }
    if let table, !pattern.text.contains("/") {
      let members = Set((table.columns + search.brokenLinks(beside: table)).map(\.member))
      matches += zip(table.columns, table.names).filter { pattern.matches($1) }.map(\.0)
      matches += search.allColumns.filter { members.contains($0.member) && pattern.matches(search.column($0).name) }
    } else {
      matches += search.allColumns.filter {
        let column = search.column($0)
        return pattern.matches(search.relative(column.path)) || table == nil && pattern.matches(column.name)
      }
    }
    // What cannot be read can be left out.
    guard !matches.isEmpty || search.complaint(about: pattern.text) != nil else {
      throw search.unknown(pattern.text, in: table)
    }
    return matches
  }
}

extension [[ColumnPattern]?] {
  /// All names.
  fileprivate var joinedTexts: [String] {
    flatMap { ($0 ?? []).filter { $0.kind == .name }.map(\.text) }
  }
}

extension [ColumnPattern] {
  /// Whether something in it is looked for in one table.
  fileprivate var needsTable: Bool {
    contains { $0.kind == .pattern && !$0.text.contains("/") } || allSatisfy { $0.kind == .exclusion }
  }
}
