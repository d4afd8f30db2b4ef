/// A dataset, or a group of datasets, that can be read as a table.
struct TableCandidate {
  enum Layout: Equatable {
    /// One dataset: rows x columns, or rows alone.
    case dataset
    /// One dataset per column, of these names.
    case columns([String])
  }

  var location: HDF5.Location
  var layout: Layout
  /// For lists of candidates: `/train (3918 x 11 float32)`.
  var description: String

  /// The one table at a path: the dataset it names, or the only one in and below the group it names.
  static func find(at path: String, in root: borrowing HDF5.Group) throws(FlowError) -> TableCandidate {
    guard try root.kind(at: path) != .dataset else {
      let dataset = try root.dataset(path)
      if let complaint = complaint(about: dataset) { throw complaint }
      return TableCandidate(dataset)
    }
    let group = try root.group(path)
    var search = Search()
    try search.visit(group, depth: 0)
    if let table = search.tables.first, search.tables.count == 1 { return table }
    throw search.failure(in: group.location)
  }

  /// All tables in and below a group, and descriptions of the other datasets.
  static func contents(
    of group: borrowing HDF5.Group
  ) throws(FlowError) -> (tables: [TableCandidate], others: [String]) {
    var search = Search()
    try search.visit(group, depth: 0)
    return (search.tables, search.others)
  }

  private init(_ dataset: borrowing HDF5.Dataset) {
    self.init(location: dataset.location, layout: .dataset, description: Self.describe(dataset))
  }

  private init(location: HDF5.Location, layout: Layout, description: String) {
    self.location = location
    self.layout = layout
    self.description = description
  }

  private static func describe(_ dataset: borrowing HDF5.Dataset) -> String {
    "\(dataset.location.path) (\(HDF5.text(dataset.shape)) \(dataset.type))"
  }

  /// Why a dataset cannot be read as a table; nil where it can, rows or no rows.
  static func complaint(about dataset: borrowing HDF5.Dataset) -> FlowError? {
    let location = dataset.location
    switch dataset.type {
    case .compound:
      return FlowError(
        .format,
        "\(location) is a \(dataset.type) dataset, which is not supported yet; store its fields as the columns of "
          + "one 2-D dataset, or as 1-D datasets in a group")
    case let type where !type.isNumeric:
      return FlowError(.format, "\(location) holds \(type), not numbers; name a dataset of numbers")
    default: break
    }
    guard dataset.shape.count == 1 || dataset.shape.count == 2 else {
      return FlowError(
        .format,
        "\(location) is \(dataset.shape.count)-D (\(HDF5.text(dataset.shape))); a table needs a 2-D dataset, "
          + "rows x columns, or a 1-D dataset")
    }
    return nil
  }

  /// Collects what can be read as a table, and for error messages everything else.
  private struct Search {
    /// Deeper nesting than people use; links can make a cycle.
    static let depthLimit = 8

    var tables: [TableCandidate] = []
    var others: [String] = []
    var firstComplaint: FlowError?

    /// A group's 2-D datasets are tables of their own; where it has none, its 1-D datasets are the columns of one.
    mutating func visit(_ group: borrowing HDF5.Group, depth: Int) throws(FlowError) {
      var matrices: [TableCandidate] = []
      var columns: [String] = []
      var hasNumbers = false
      var unused: [String] = []
      for member in try group.members() {
        switch member.kind {
        case .other: continue
        case .group:
          if depth < Self.depthLimit { try visit(try group.group(member.name), depth: depth + 1) }
        case .dataset:
          let dataset = try group.dataset(member.name)
          let complaint = TableCandidate.complaint(about: dataset)
          firstComplaint = firstComplaint ?? complaint
          if dataset.shape.count == 2, complaint == nil {
            matrices.append(TableCandidate(dataset))
          } else {
            unused.append(TableCandidate.describe(dataset))
          }
          if dataset.shape.count == 1 {
            columns.append(member.name)
            hasNumbers = hasNumbers || complaint == nil
          }
        }
      }
      if matrices.isEmpty && hasNumbers {
        let path = group.location.path
        tables.append(
          TableCandidate(
            location: group.location, layout: .columns(columns),
            description: "\(path) (a group of \(columns.count) column\(columns.count == 1 ? "" : "s"))"))
      } else {
        others += unused
      }
      tables += matrices
    }

    func failure(in location: HDF5.Location) -> FlowError {
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
}
