/// All datasets in and below a group, or the one that a path names, as tables may use them.
struct TableSearch {
  /// A group and the datasets in it.
  struct Group {
    let location: DataLocation
    /// Places in `members`.
    var members: [Int] = []
    /// How pandas arranges these, if it is a frame of its fixed format.
    var frame: PandasFrame?
  }

  /// Deeper nesting than people use.
  private static let depthLimit = 8

  /// Where the search began.
  let base: DataLocation
  /// Whether the base is a dataset, the only member then.
  private(set) var isDataset = false
  private(set) var members: [TableMember] = []
  /// Groups without datasets are left out.
  private(set) var groups: [Group] = []
  /// Made when the search is over.
  private(set) var names = ColumnIndex([])
  let reading: TableReading
  /// Links can make a cycle, or many ways to one group.
  private var visited: Set<HDF5.Identity> = []
  /// Whether what carries FlowKit's mark counts: in a file that holds nothing else, it is what was named.
  private let takesOutputs: Bool

  init(
    at location: DataLocation, in root: borrowing HDF5.Group, _ reading: TableReading
  ) throws(FlowError) {
    (base, self.reading) = (location, reading)
    takesOutputs = try OutputMark.of(root) != nil
    let path = location.objectPath
    guard try root.kind(at: path) == .dataset else {
      try visit(try root.group(path), root, depth: 0)
      names = ColumnIndex(members)
      return
    }
    isDataset = true
    var member = try TableMember(try root.dataset(path), reading: reading, root: root)
    let parent = try root.group(path.parentPath)
    if let steps = try ChainAxes.emceeSteps(of: parent) {
      member.chains.steps = steps
      if member.shape.count == 2 { member.flatten() }
    }
    member.selectDraws(reading)
    members = [member]
    groups = [Group(location: parent.location, members: [0])]
    names = ColumnIndex(members)
  }

  private mutating func visit(
    _ group: borrowing HDF5.Group, _ root: borrowing HDF5.Group, depth: Int
  ) throws(FlowError) {
    guard visited.insert(try group.identity()).inserted else { return }
    if try addFrame(group, root) { return }
    var found: [TableMember] = []
    let isPandas = try group.attributeNames().contains("pandas_type")
    let entries = try group.membersAsMade()
    let masks = try TableMask.names(in: group, members: entries)
    for entry in entries where !Self.isInternal(entry.name, isPandas) {
      switch entry.kind {
      case .other:
        if let broken = try group.brokenLink(at: entry.name) {
          found.append(TableMember(brokenLink: group.location.appending(entry.name), broken))
        }
      case .group:
        if depth < Self.depthLimit { try visit(try group.group(entry.name), root, depth: depth + 1) }
      case .dataset:
        var member = try TableMember(try group.dataset(entry.name), reading: reading, root: root)
        if masks.contains(entry.name) { member.readOnlyIfNamed(TableMember.Column.mask) }
        found.append(member)
      }
    }
    if Set(found.map { $0.location.objectPath.lastName }).isSuperset(of: ["data", "indices", "indptr"]) {
      for index in found.indices { found[index].refuseAsSparse(group.location) }
    }
    try markChains(in: &found, of: group)
    add(found, of: group.location)
  }

  /// Adds the datasets of a group.
  mutating func add(_ found: [TableMember], of location: DataLocation, frame: PandasFrame? = nil) {
    guard !found.isEmpty else { return }
    let places = Array(members.count..<(members.count + found.count))
    groups.append(Group(location: location, members: places, frame: frame))
    members += found
  }

  /// Sets right what depends on the datasets beside: chains x draws beside chains x draws x columns.
  private func markChains(in found: inout [TableMember], of group: borrowing HDF5.Group) throws(FlowError) {
    let steps = try ChainAxes.emceeSteps(of: group)
    let cubes = Set(
      found.filter { $0.shape.count == 3 && $0.layout?.rowAxes.map(\.axis) == [0, 1] }.map { Array($0.shape.prefix(2)) }
    )
    for index in found.indices {
      if found[index].layout != nil, found[index].mark == nil, cubes.contains(found[index].shape) {
        found[index].flatten()
      }
      if let steps, found[index].shape.count > 1 {
        found[index].chains.steps = steps
        // Log-probabilities and blobs belong to the draws, but are no parameters.
        if found[index].location.objectPath.lastName != "chain" { found[index].readOnlyIfNamed() }
        if found[index].isRecord, found[index].shape.count == 2 { found[index].takeBothAxes() }
      }
      found[index].selectDraws(reading)
    }
  }

  /// Groups in which PyTables keeps indices, MATLAB the contents of its cells, and pandas the texts of categories.
  private static func isInternal(_ name: String, _ isPandas: Bool) -> Bool {
    isPandas && name == "meta" || name.hasPrefix("_i_") || name.hasPrefix("_p_") || name == "#refs#"
      || name == "#subsystem#"
  }

  /// Whether a dataset was written by FlowKit beside data, and is read only if it is named.
  func isSetAside(_ member: TableMember) -> Bool {
    guard !isDataset, let mark = member.mark else { return false }
    return mark == .context || !takesOutputs
  }

  /// The group that holds a member.
  func group(of member: Int) -> Group { groups.first { $0.members.contains(member) }! }

  /// The path of a group, dataset or column as it is called from the base on.
  func relative(_ path: String) -> String {
    let start = base.objectPath == "/" ? "/" : base.objectPath + "/"
    return path.hasPrefix(start) ? String(path.dropFirst(start.count)) : path
  }
}

extension String {
  /// The path of the group around a path.
  var parentPath: String { "/" + split(separator: "/").dropLast().joined(separator: "/") }
}
