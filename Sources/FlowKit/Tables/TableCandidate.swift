/// Columns of equal length that make a table: of one dataset, or of the datasets of a group.
struct TableCandidate {
  /// A column of a member of the search.
  struct Column: Hashable {
    var member: Int
    var column: Int
  }

  /// The dataset or group, by whose path the table is chosen.
  var location: DataLocation
  var columns: [Column]
  /// What the columns are called in this table.
  var names: [String]
  /// Whether the file gives names; otherwise they are the indices.
  var hasNames: Bool
  var rows: Int
  /// For lists of candidates.
  var description: String
  /// Whether other columns of the group have another length, so that the path alone does not choose this table.
  var needsColumns = false
}

extension TableSearch {
  /// The table at the base: what it names, or all that it holds.
  func table() throws(FlowError) -> TableCandidate {
    if isDataset { return try tableOfDataset() }
    if base.path != nil, let group = groups.last, group.location.objectPath == base.objectPath {
      let (tables, lengths) = tables(in: group)
      if lengths.count == 1 { return tables[0] }
      if lengths.count > 1 { throw differingLengths(lengths.map(\.[0]), in: group.location) }
    }
    let tables = allTables()
    if let complaint = complaintBesideLabels(tables) { throw complaint }
    guard tables.count == 1, !tables[0].needsColumns else { throw failure(tables) }
    return tables[0]
  }

  /// Why what stands beside labels is no table, where nothing but labels is one: a grid, say, beside its coordinates.
  private func complaintBesideLabels(_ tables: [TableCandidate]) -> FlowError? {
    guard !tables.isEmpty, tables.allSatisfy({ $0.columns.allSatisfy { members[$0.member].isLabel } }) else {
      return nil
    }
    return members.first { $0.layout == nil && !$0.isLabel && $0.shape.count > 2 }?.complaint
  }

  /// All tables in and below the base, by path.
  func allTables() -> [TableCandidate] {
    if isDataset { return members[0].layout == nil ? [] : [table(of: 0)] }
    return groups.flatMap { tables(in: $0).tables }.sorted { $0.location.objectPath < $1.location.objectPath }
  }

  private func tableOfDataset() throws(FlowError) -> TableCandidate {
    if let complaint = members[0].complaint { throw complaint }
    guard members[0].ownColumns > 0 else { throw FlowError(.data, "\(members[0].location) has no columns") }
    return table(of: 0)
  }

  /// A dataset as a table of its own.
  func table(of index: Int) -> TableCandidate {
    let member = members[index]
    // Of a dataset that holds nothing else, labels and parts of complex numbers are what was asked for.
    let columns = member.taken.isEmpty ? Array(member.columns.indices) : member.taken
    return TableCandidate(
      location: member.location, columns: columns.map { .init(member: index, column: $0) },
      names: columns.map { member.columns[$0].ownName }, hasNames: member.hasNames, rows: member.rows,
      description: member.description)
  }

  /// The tables that the datasets of a group make, the one of all of them first; and these datasets by length.
  ///
  /// Datasets of one length are one table. Matrices among them are tables of their own as well, if there are several.
  func tables(in group: Group) -> (tables: [TableCandidate], lengths: [[Int]]) {
    if let frame = group.frame {
      guard let table = table(of: frame, in: group) else { return ([], []) }
      return ([table], [group.members])
    }
    let lengths = lengths(in: group)
    var tables: [TableCandidate] = []
    for members in lengths {
      let matrices = members.filter { self.members[$0].isTable }
      if members.count == 1, lengths.count > 1 || !self.members[members[0]].isVector {
        tables.append(table(of: members[0]))
        continue
      }
      tables.append(table(of: members, in: group, isPart: lengths.count > 1))
      if matrices.count > 1 { tables += matrices.map { table(of: $0) } }
    }
    return (tables, lengths)
  }

  /// Datasets side by side.
  func table(of members: [Int], in group: Group, isPart: Bool) -> TableCandidate {
    if let frame = group.frame, let table = table(of: frame, in: group) { return table }
    let columns = members.flatMap { member in
      self.members[member].taken.map { TableCandidate.Column(member: member, column: $0) }
    }
    let path = group.location.objectPath
    let number = "\(columns.count) column\(columns.count == 1 ? "" : "s")"
    let rows = self.members[members[0]].rows
    let names = columns.map { self.members[$0.member].columns[$0.column].name }
    return TableCandidate(
      location: group.location, columns: columns, names: names, hasNames: true, rows: rows,
      description: isPart ? "\(path) (\(rows) rows of \(HDF5.list(names)))" : "\(path) (a group of \(number))",
      needsColumns: isPart)
  }

  /// The datasets of a group whose columns nobody needs to name, by length, in the order in which lengths come up.
  private func lengths(in group: Group) -> [[Int]] {
    let usable = group.members.filter { index in
      members[index].rows > 0 && members[index].ownColumns > 0 && !isSetAside(members[index])
    }
    var taken = usable.filter { !members[$0].taken.isEmpty }
    // Labels alone are data.
    if taken.isEmpty { taken = usable.filter { members[$0].isLabel && members[$0].chains.steps == nil } }
    let matrices = taken.filter { members[$0].ownColumns > 1 || members[$0].layout!.rowAxes.count > 1 }
    var lengths: [[Int]] = []
    var places: [Int: Int] = [:]
    for index in taken where !describesColumns(index, of: matrices) {
      let rows = members[index].rows
      if let place = places[rows] {
        lengths[place].append(index)
      } else {
        places[rows] = lengths.count
        lengths.append([index])
      }
    }
    // One value is a property of the others.
    return lengths.count > 1 ? lengths.filter { members[$0[0]].rows > 1 } : lengths
  }

  /// Whether a vector describes another dataset beside it: it is as long as that has columns, fewer than rows, such as their
  /// means, or as there are chains or draws.
  private func describesColumns(_ index: Int, of matrices: [Int]) -> Bool {
    let member = members[index]
    guard !member.isTable else { return false }
    return matrices.contains { other in
      let matrix = members[other]
      guard matrix.storedRows != member.storedRows else { return false }
      let axes = matrix.layout?.rowAxes.map { matrix.shape[$0.axis] } ?? []
      return matrix.ownColumns == member.storedRows && matrix.storedRows > matrix.ownColumns
        || axes.count > 1 && axes.contains(member.storedRows)
    }
  }
}
