extension TableSearch {
  /// The table at the base, for a message; nil where there is not the one.
  var tableIfClear: TableCandidate? {
    do throws(FlowError) { return try table() } catch { return nil }
  }

  /// What else is there: datasets of which no table is made.
  var others: [String] {
    let tables = allTables()
    let used = Set(tables.flatMap { $0.columns.map(\.member) })
    let beside = tables.map { ($0.columns[0].member, group(of: $0.columns[0].member).members) }
    return members.indices.filter { index in
      let member = members[index]
      // Columns that cannot be read are told with those beside them.
      let isTold =
        !member.columns.isEmpty
        && beside.contains { $1.contains(index) && (member.isBeside(members[$0]) || group(of: index).frame != nil) }
      return !used.contains(index) && !isSetAside(member) && !isTold
    }.map { index in
      let member = members[index]
      if member.layout != nil, member.rows == 0 { return "\(member.location.objectPath) has no rows" }
      // Of more axes than a table has: which they are, and what a table needs.
      guard member.shape.count > 2, let complaint = member.complaint else { return member.description }
      return complaint.message
    }.sorted()
  }

  /// Why there is no one table at the base.
  func failure(_ tables: [TableCandidate]) -> FlowError {
    guard tables.isEmpty else {
      let names = HDF5.list(tables.map(\.description))
      let first = tables.first { !$0.needsColumns } ?? tables[0]
      let path = "\(base.file):\(first.location.objectPath)"
      if tables.count == 1 || tables.allSatisfy(\.needsColumns) {
        return FlowError(
          .format, "the columns of \(first.location) differ in length: \(names)",
          fix: .choose(.columns))
      }
      return FlowError(.format, "\(base) holds \(tables.count) tables; name one, as in \(path): \(names)")
    }
    let chains = members.filter { $0.complaint?.kind == .data }
    if reading.selectsDraws, let longest = chains.max(by: { $0.storedRows < $1.storedRows }) {
      return longest.complaint!
    }
    if let part = members.first, members.allSatisfy(\.isSparse), let complaint = part.complaint { return complaint }
    if members.count == 1, let complaint = members[0].complaint { return complaint }
    if members.count == 1, members[0].rows == 0, members[0].ownColumns > 0 {
      return FlowError(.data, "\(members[0].location) has no rows")
    }
    let outputs = members.filter(isSetAside)
    if let output = outputs.first, outputs.count == members.count {
      return FlowError(
        .format,
        "\(base) holds only what FlowKit wrote, which is read if it is named, as in \(output.location): "
          + HDF5.list(outputs.map(\.description)))
    }
    return FlowError(
      .format,
      "\(base) has no table of numbers (a 2-D dataset); it holds \(HDF5.list(members.map(\.description).sorted()))")
  }

  func differingLengths(_ members: [Int], in location: DataLocation) -> FlowError {
    let (first, second) = (self.members[members[0]], self.members[members[1]])
    return FlowError(
      .format,
      "the columns of \(location) differ in length: \(first.location.objectPath) has \(first.rows) rows, "
        + "\(second.location.objectPath) has \(second.rows); choose columns of one length")
  }
}
