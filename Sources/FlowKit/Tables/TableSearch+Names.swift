extension TableSearch {
  typealias Column = TableCandidate.Column

  func column(_ column: Column) -> TableMember.Column { members[column.member].columns[column.column] }

  /// All columns, readable or not.
  var allColumns: [Column] {
    groups.flatMap { columns(of: $0) }
  }

  /// Whether a column is called exactly so.
  func isName(_ text: String) -> Bool {
    names.byName[text] != nil || isDataset && members[0].columns.contains { $0.ownName == text }
  }

  /// Whether a pattern may take a column: one that is read where nobody names it.
  func isRead(_ column: Column) -> Bool {
    self.column(column).isTaken && members[column.member].layout != nil
  }

  /// What a name or path can mean, each a column or all columns of a dataset or group: what lies exactly there from the
  /// base on, or from the root on with a leading `/`; else everything whose path ends so.
  func hits(_ name: String) -> [[Column]] {
    if isDataset {
      let own = members[0].columns.indices.filter { members[0].columns[$0].ownName == name }
      if !own.isEmpty { return own.map { [Column(member: 0, column: $0)] } }
    }
    let path = name.hasPrefix("/") ? name : (base.objectPath == "/" ? "" : base.objectPath) + "/" + name
    if let exact = names.byPath[path] { return exact.map { [$0] } }
    if let member = members.firstIndex(where: { $0.location.objectPath == path && !$0.columns.isEmpty }) {
      return [contents(of: [member])]
    }
    let (place, field) = (path.parentPath, path.lastName)
    if let member = members.firstIndex(where: { $0.location.objectPath == place }),
      case let columns = array(field, of: member), !columns.isEmpty
    {
      return [columns]
    }
    if let group = groups.first(where: { $0.location.objectPath == path }) {
      let (tables, lengths) = tables(in: group)
      if group.frame != nil, let table = tables.first { return [table.columns] }
      if lengths.count == 1 { return [contents(of: lengths[0])] }
    }
    guard !name.hasPrefix("/") else { return [] }
    var ends = names.byName[name] ?? []
    if name.contains("/") {
      ends += allColumns.filter { column($0).path.hasSuffix("/" + name) && !ends.contains($0) }
    }
    ends.removeAll { isSetAside(members[$0.member]) }
    if !ends.isEmpty { return ends.map { [$0] } }
    let parent = name.contains("/") ? "/" + name.split(separator: "/").dropLast().joined(separator: "/") : ""
    let arrays = members.indices.filter {
      !isSetAside(members[$0]) && members[$0].location.objectPath.hasSuffix(parent)
    }.map { array(field, of: $0) }.filter { !$0.isEmpty }
    if !arrays.isEmpty { return arrays }
    return members.indices.filter {
      !isSetAside(members[$0]) && !members[$0].columns.isEmpty
        && members[$0].location.objectPath.hasSuffix("/" + name)
    }.map { contents(of: [$0]) }
  }

  /// Why no columns can be made of a dataset that a name or path means; nil where it means none.
  func complaint(about name: String) -> FlowError? {
    let path = name.hasPrefix("/") ? name : "/" + name
    return members.first { $0.columns.isEmpty && $0.location.objectPath.hasSuffix(path) }?.complaint
  }

  /// The columns of a field that is an array, of a dataset of compound values; none where it has no such field.
  private func array(_ field: String, of member: Int) -> [Column] {
    guard members[member].isRecord else { return [] }
    return members[member].columns.indices.filter { members[member].columns[$0].name.hasPrefix(field + "[") }
      .map { Column(member: member, column: $0) }
  }

  /// The columns of datasets as far as they are read where nobody names them; all where none is.
  private func contents(of datasets: [Int]) -> [Column] {
    datasets.flatMap { member in
      let taken = members[member].taken
      return (taken.isEmpty ? Array(members[member].columns.indices) : taken).map { Column(member: member, column: $0) }
    }
  }

  /// What columns are neighbours in: the compound dataset, or the group around the dataset.
  func place(of column: Column) -> String {
    let member = members[column.member]
    return member.isRecord || member.hasNames && !member.isVector
      ? member.location.objectPath : member.location.objectPath.parentPath
  }

  /// The one thing that a name means.
  func oneOf(_ hits: [[Column]], called name: String) throws(FlowError) -> [Column] {
    if hits.count > 1 {
      let paths = Set(hits.map { column($0[0]).path }).sorted().map(relative)
      guard paths.count == hits.count else {
        throw FlowError(
          .format,
          "\(members[hits[0][0].member].location) has \(hits.count) columns called '\(name)'; choose them by index, from 0 on"
        )
      }
      throw FlowError(
        .format, "several columns of \(base) are called '\(name)': \(HDF5.list(paths)); give the path of one")
    }
    for hit in hits[0] {
      let member = members[hit.member]
      if let problem = column(hit).problem {
        throw FlowError(
          .format,
          (member.isRecord ? "the field '\(column(hit).name)' of " : "")
            + "\(member.location) holds \(problem), not numbers; choose columns of numbers")
      }
      if let complaint = member.complaint { throw complaint }
    }
    return hits[0]
  }

  func unknown(_ name: String, in table: TableCandidate?) -> FlowError {
    let known: String
    if let table {
      known = table.hasNames ? HDF5.list(table.names, atMost: 64) : "0 to \(table.names.count - 1)"
    } else {
      known = HDF5.list(allColumns.map { relative(column($0).path) }, atMost: 64)
    }
    return FlowError(.data, "\(table?.location ?? base) has no column '\(name)'; its columns are \(known)")
  }

  func nothingLeft(_ part: [String]?) -> FlowError {
    guard let part else {
      return FlowError(.data, "\(base) has no columns besides those taken as context or weights")
    }
    return FlowError(.data, "of the columns of \(base) nothing is left for \(HDF5.list(part))")
  }
}

/// Where the columns of a search are, by what they are called.
struct ColumnIndex {
  private(set) var byPath: [String: [TableCandidate.Column]] = [:]
  private(set) var byName: [String: [TableCandidate.Column]] = [:]

  init(_ members: [TableMember]) {
    for (member, summary) in members.enumerated() {
      for (number, column) in summary.columns.enumerated() {
        let place = TableCandidate.Column(member: member, column: number)
        byPath[column.path, default: []].append(place)
        byName[column.name, default: []].append(place)
      }
    }
  }
}
