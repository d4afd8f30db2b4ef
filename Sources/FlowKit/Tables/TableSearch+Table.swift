extension TableSearch {
  /// The place that columns have in common, as a table: the dataset, else the group around all of them.
  func around(_ columns: [Column]) -> TableCandidate {
    if isDataset { return table(of: 0) }
    let used = Set(columns.map(\.member))
    let first = members[columns[0].member]
    var path = first.location.objectPath
    if used.count > 1 || !first.isTable || group(of: columns[0].member).frame != nil { path = path.parentPath }
    func contains(_ other: String) -> Bool { other == path || other.hasPrefix(path == "/" ? path : path + "/") }
    while !columns.allSatisfy({ contains(members[$0.member].location.objectPath) }) { path = path.parentPath }
    let names = columns.map { column($0).name }
    return TableCandidate(
      location: base.at(path), columns: columns, names: names, hasNames: true, rows: first.rows, description: path)
  }

  /// The names of a table's columns and of chosen ones that are none of it, and which of these are chosen. Of columns of
  /// several datasets that are called alike, the chosen ones go by their paths.
  func names(of table: TableCandidate, and chosen: [Column]) -> (all: [String], chosen: [Int]) {
    var names = table.names
    var places = Dictionary(zip(table.columns, names.indices)) { first, _ in first }
    for column in chosen where places[column] == nil {
      places[column] = names.count
      names.append(self.column(column).name)
    }
    let indices = chosen.map { places[$0]! }
    let users = Dictionary(grouping: Set(chosen)) { names[places[$0]!] }
    for (_, columns) in users where Set(columns.map(\.member)).count > 1 {
      for column in columns { names[places[column]!] = relative(self.column(column).path) }
    }
    return (names, indices)
  }

  func units(of columns: [Column], root: borrowing HDF5.Group) throws(FlowError) -> [String?] {
    var units: [Int: [String?]] = [:]
    var result: [String?] = []
    for column in columns {
      let member = members[column.member]
      if units[column.member] == nil {
        var all = try ColumnUnits.units(
          of: try root.dataset(member.location.objectPath), count: member.ownColumns, root: root)
        if let (path, _) = member.context {
          all += try ColumnUnits.units(
            of: try root.dataset(path), count: member.columns.count - member.ownColumns, root: root)
        }
        units[column.member] = all
      }
      result.append(units[column.member]![column.column])
    }
    return result
  }

  /// What a reader of some columns ought to know.
  ///
  /// - Parameters:
  ///   - table: the table whose other columns are left out; nil where nothing is.
  ///   - choice: what chose the columns.
  func notes(on columns: [Column], of table: TableCandidate?, by choice: ColumnChoice) -> [String] {
    var notes: [String] = []
    if let table {
      // Labels and masks are left out without a word: they never were data.
      let silent = [TableMember.Column.label, TableMember.Column.mask]
      let left = leftOut(beside: columns, where: choice.wouldTake).filter { !silent.contains($0.why) }.map {
        "\($0.name) (\($0.why))"
      }
      if !left.isEmpty { notes.append("\(table.location): left out \(HDF5.list(left)), which hold no real numbers") }
    }
    if table != nil, choice.takesAll {
      let left = noColumns(beside: columns)
      if !left.isEmpty {
        notes.append(
          "\(group(of: columns[0].member).location): left out \(HDF5.list(left)), of which no column can be made")
      }
    }
    if let member = columns.map(\.member).first(where: { rowsText(of: $0) != nil }) {
      notes.append("\(members[member].location): \(rowsText(of: member)!)")
    }
    return notes
  }

  /// What the rows of a member are, if they run over two axes.
  func rowsText(of member: Int) -> String? { members[member].layout.flatMap(members[member].chains.text) }

  /// The datasets beside some columns that have their rows, and axes of which no columns can be made.
  private func noColumns(beside columns: [Column]) -> [String] {
    guard let first = columns.first.map({ members[$0.member] }), !first.isRecord else { return [] }
    return group(of: columns[0].member).members.map { members[$0] }.filter {
      $0.layout == nil && $0.columns.isEmpty && $0.shape.count > 2 && $0.shape[0] == first.rows
    }.map(\.description)
  }

  /// The columns beside some that are read only if they are named, or never, and why.
  func leftOut(
    beside columns: [Column], where isMeant: (Column) -> Bool = { _ in true }
  ) -> [(name: String, why: String, isReadable: Bool)] {
    guard let first = columns.first else { return [] }
    let group = group(of: first.member)
    let used = Set(columns.map(\.member))
    let isJoined = used.count { members[$0].isRecord } > 1
    return group.members.flatMap { index -> [(String, String, Bool)] in
      let member = members[index]
      // Compound values beside those of a table are a table of their own.
      guard used.contains(index) || !member.isRecord || member.taken.isEmpty || group.frame != nil else { return [] }
      guard !isSetAside(member), group.frame != nil || member.isBeside(members[first.member]) else { return [] }
      return member.columns.indices.compactMap { place in
        let column = member.columns[place]
        let isUsed = columns.contains { $0.member == index && $0.column == place }
        guard !isUsed, isMeant(Column(member: index, column: place)), let why = column.problem ?? column.aside else {
          return nil
        }
        return (isJoined ? relative(column.path) : column.name, why, column.problem == nil)
      }
    }
  }
}

extension TableSearch {
  /// The links that lead nowhere beside the columns of a table: nobody knows whether they belong to it.
  func brokenLinks(beside table: TableCandidate?) -> [Column] {
    guard let first = table?.columns.first else { return [] }
    return group(of: first.member).members.filter { members[$0].isBrokenLink }.map { Column(member: $0, column: 0) }
  }
}

extension TableMember {
  /// Whether this column, which may be one that cannot be read, belongs to the rows of another dataset.
  func isBeside(_ other: TableMember) -> Bool {
    let isColumn = columns.contains { $0.problem != nil }
    return (layout?.rows ?? (isColumn ? shape.first : nil) ?? 0) == other.rows
  }
}
