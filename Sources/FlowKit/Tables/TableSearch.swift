/// Collects what can be read as a table in and below a group, and for error messages everything else.
struct TableSearch {
  /// Deeper nesting than people use.
  private static let depthLimit = 8

  private(set) var tables: [TableCandidate] = []
  private(set) var others: [String] = []
  private var firstComplaint: FlowError?
  /// Links can make a cycle, or many ways to one group.
  private var visited: Set<HDF5.Identity> = []

  /// A group's 2-D datasets and datasets of compound values are tables of their own; where it has none, its 1-D
  /// datasets are the columns of one.
  mutating func visit(_ group: borrowing HDF5.Group, depth: Int) throws(FlowError) {
    guard visited.insert(try group.identity()).inserted else { return }
    if let frame = try PandasFrame(group) {
      tables.append(TableCandidate(frame))
      return
    }
    var found = Findings()
    let members = try group.members()
    let masks = try TableMask.names(in: group, members: members)
    for member in members where !Self.isInternal(member.name) && !masks.contains(member.name) {
      switch member.kind {
      case .other: try note(linkTo: member.name, in: group, &found)
      case .group:
        if depth < Self.depthLimit { try visit(try group.group(member.name), depth: depth + 1) }
      case .dataset: try look(at: try group.dataset(member.name), member.name, &found)
      }
    }
    if found.tables.isEmpty && found.hasNumbers {
      let path = group.location.objectPath
      let count = found.columns.count
      tables.append(
        TableCandidate(
          location: group.location, layout: .columns(found.columns, labels: found.labels),
          description: "\(path) (a group of \(count) column\(count == 1 ? "" : "s"))"))
    } else {
      others += found.unused
    }
    tables += found.tables
  }

  private struct Findings {
    var tables: [TableCandidate] = []
    var columns: [String] = []
    var labels: Set<Int> = []
    var hasNumbers = false
    var unused: [String] = []
  }

  /// A link that leads nowhere is a column like one of text: an error if it is asked for, and never left out in silence.
  private mutating func note(
    linkTo name: String, in group: borrowing HDF5.Group, _ found: inout Findings
  ) throws(FlowError) {
    guard let broken = try group.brokenLink(at: name) else { return }
    firstComplaint = firstComplaint ?? broken
    found.columns.append(name)
    found.unused.append("\(group.location.appending(name).objectPath) (a link that leads nowhere)")
  }

  private mutating func look(
    at dataset: borrowing HDF5.Dataset, _ name: String, _ found: inout Findings
  ) throws(FlowError) {
    let conventions = dataset.type.isNumeric ? try TableConventions(of: dataset) : TableConventions()
    let complaint = TableCandidate.complaint(about: dataset, conventions)
    firstComplaint = firstComplaint ?? complaint
    // A vector of MATLAB's has two axes like everything there.
    let isVector =
      dataset.shape.count == 1 || conventions.isTransposed && dataset.shape.contains(1) && dataset.shape != [1, 1]
    if case .compound = dataset.type, complaint == nil {
      found.tables.append(TableCandidate(dataset))
    } else if !isVector, complaint == nil, !(conventions.isTransposed && dataset.shape == [1, 1]) {
      found.tables.append(TableCandidate(dataset))
    } else {
      found.unused.append(TableCandidate.describe(dataset))
      guard isVector, conventions.isNoData == nil else { return }
      if conventions.isLabel { found.labels.insert(found.columns.count) }
      found.columns.append(name)
      found.hasNumbers = found.hasNumbers || complaint == nil
    }
  }

  /// Groups in which PyTables keeps indices and MATLAB the contents of its cells.
  private static func isInternal(_ name: String) -> Bool {
    name.hasPrefix("_i_") || name.hasPrefix("_p_") || name == "#refs#" || name == "#subsystem#"
  }

  func failure(in location: DataLocation) -> FlowError {
    if tables.isEmpty {
      if others.count == 1, let firstComplaint { return firstComplaint }
      return FlowError(
        .format, "\(location) has no table of numbers (a 2-D dataset); it holds \(HDF5.list(others))")
    }
    let names = HDF5.list(tables.map(\.description))
    return FlowError(
      .format,
      "\(location) holds \(tables.count) tables; name one, as in \(tables[0].location): \(names)")
  }
}
