/// A dataset, or a group of datasets, that can be read as a table.
struct TableCandidate {
  enum Layout: Equatable {
    /// One dataset: rows x columns, or rows alone, of numbers or compound values.
    case dataset
    /// One dataset per column, of these names; some only label the rows.
    case columns([String], labels: Set<Int>)
    /// A frame or series of pandas in its fixed format.
    case frame(PandasFrame)
  }

  var location: DataLocation
  var layout: Layout
  /// For lists of candidates: `/train (3918 x 11 float32)`.
  var description: String

  /// The one table at a path: the dataset it names, or the only one in and below the group it names.
  static func find(at path: String, in root: borrowing HDF5.Group) throws(FlowError) -> TableCandidate {
    guard try root.kind(at: path) != .dataset else {
      let dataset = try root.dataset(path)
      let conventions = dataset.type.isNumeric ? try TableConventions(of: dataset) : TableConventions()
      if let complaint = complaint(about: dataset, conventions) { throw complaint }
      return TableCandidate(dataset)
    }
    let group = try root.group(path)
    var search = TableSearch()
    try search.visit(group, depth: 0)
    if let table = search.tables.first, search.tables.count == 1 { return table }
    throw search.failure(in: group.location)
  }

  /// All tables in and below a group, and descriptions of the other datasets.
  static func contents(
    of group: borrowing HDF5.Group
  ) throws(FlowError) -> (tables: [TableCandidate], others: [String]) {
    var search = TableSearch()
    try search.visit(group, depth: 0)
    return (search.tables, search.others)
  }

  init(_ dataset: borrowing HDF5.Dataset) {
    self.init(location: dataset.location, layout: .dataset, description: Self.describe(dataset))
  }

  init(_ frame: PandasFrame) {
    let count = frame.columns.count
    self.init(
      location: frame.location, layout: .frame(frame),
      description: "\(frame.location.objectPath) (a pandas frame of \(count) column\(count == 1 ? "" : "s"))")
  }

  init(location: DataLocation, layout: Layout, description: String) {
    self.location = location
    self.layout = layout
    self.description = description
  }

  static func describe(_ dataset: borrowing HDF5.Dataset) -> String {
    "\(dataset.location.objectPath) (\(HDF5.text(dataset.shape)) \(dataset.type))"
  }

  /// Why a dataset cannot be read as a table; nil where it can, rows or no rows.
  static func complaint(
    about dataset: borrowing HDF5.Dataset, _ conventions: TableConventions
  ) -> FlowError? {
    let location = dataset.location
    switch dataset.type {
    case .compound:
      guard dataset.shape.count != 1 else { return nil }
      return FlowError(
        .format,
        "\(location) is a \(dataset.shape.count)-D dataset (\(HDF5.text(dataset.shape))) of \(dataset.type) values; "
          + "a table of them is 1-D")
    case let type where !type.isNumeric:
      return FlowError(.format, "\(location) holds \(type), not numbers; name a dataset of numbers")
    default: break
    }
    if let other = conventions.isNoData {
      return FlowError(.format, "\(location) holds \(other), not numbers; name a dataset of numbers")
    }
    guard dataset.shape.count == 1 || dataset.shape.count == 2 else {
      return FlowError(
        .format,
        "\(location) is \(dataset.shape.count)-D (\(HDF5.text(dataset.shape))); a table needs a 2-D dataset, "
          + "rows x columns, or a 1-D dataset")
    }
    return nil
  }
}
