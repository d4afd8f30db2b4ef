extension TableSearch {
  /// Adds the blocks of a frame or series of pandas' fixed format, their columns called as it calls them.
  ///
  /// - Returns: whether the group is one.
  mutating func addFrame(_ group: borrowing HDF5.Group, _ root: borrowing HDF5.Group) throws(FlowError) -> Bool {
    let frame: PandasFrame
    do throws(FlowError) {
      guard let found = try PandasFrame(group) else { return false }
      frame = found
    } catch {
      // What is wrong with this frame is not to hide the others.
      add([TableMember(unreadable: group.location, error, as: "a pandas frame")], of: group.location)
      return true
    }
    var columns: [String: [PandasFrame.Column]] = [:]
    for column in frame.columns { columns[column.path, default: []].append(column) }
    var blocks: [TableMember] = []
    for path in columns.keys.sorted() {
      var block = try TableMember(try group.dataset(path), reading: TableReading(), root: root)
      block.describeColumns(columns[path]!, of: group.location, type: try group.dataset(path).type)
      block.selectDraws(reading)
      blocks.append(block)
    }
    add(blocks, of: group.location, frame: frame)
    return true
  }

  /// All columns of a group, readable or not: those of a frame in its order.
  func columns(of group: Group) -> [Column] {
    let columns = group.members.flatMap { member in
      members[member].columns.indices.map { Column(member: member, column: $0) }
    }
    guard let frame = group.frame else { return columns }
    var places: [String: [Int: Column]] = [:]
    for column in columns {
      places[members[column.member].location.objectPath.lastName, default: [:]][column.column] = column
    }
    return frame.columns.compactMap { places[$0.path]?[$0.column] }
  }

  /// A frame as a table; nil where none of its columns can be read.
  func table(of frame: PandasFrame, in group: Group) -> TableCandidate? {
    let columns = columns(of: group).filter { isRead($0) }
    guard let first = columns.first, members[first.member].rows > 0 else { return nil }
    let path = group.location.objectPath
    let number = "\(frame.columns.count) column\(frame.columns.count == 1 ? "" : "s")"
    return TableCandidate(
      location: group.location, columns: columns, names: columns.map { column($0).name }, hasNames: true,
      rows: members[first.member].rows, description: "\(path) (a pandas frame of \(number))")
  }
}

extension TableMember {
  /// What is there, and cannot be read.
  init(unreadable location: DataLocation, _ complaint: FlowError, as what: String) {
    self.init(location, description: "\(location.objectPath) (\(what))", complaint)
  }

  /// A link that leads nowhere: a column that is missed by whoever reads those beside it.
  init(brokenLink location: DataLocation, _ complaint: FlowError) {
    self.init(unreadable: location, complaint, as: "a link that leads nowhere")
    isBrokenLink = true
    columns = [Self.single(location)]
  }

  /// Calls the columns of a block as its frame does.
  fileprivate mutating func describeColumns(
    _ named: [PandasFrame.Column], of frame: DataLocation, type: HDF5.StoredType
  ) {
    let problem = type.isNumeric ? nil : type.description
    columns = named.sorted { $0.column < $1.column }.map {
      Column(name: $0.name, ownName: $0.name, path: frame.objectPath + "/" + $0.name, problem: problem)
    }
    (hasNames, ownColumns) = (true, columns.count)
    guard let layout, layout.columns != columns.count else { return }
    self.layout = nil
    complaint = FlowError(
      .format,
      "\(location) has \(layout.columns) columns, but its frame names \(columns.count); write the frame again")
  }
}
