/// How pandas arranges a frame or a series by default (`format="fixed"`): a group whose attribute `pandas_type` says so.
///
/// A frame has its columns' names in `axis0` and the index in `axis1`; columns of one type stand together, rows x columns, in
/// `block0_values`, and their names in `block0_items`. A series has `values` and `index`. The index is never a column.
struct PandasFrame: Equatable {
  /// A column: its name, the dataset that holds it, and which of that dataset's columns it is.
  struct Column: Equatable {
    var name: String
    var path: String
    var column: Int
  }

  var columns: [Column]
  let location: DataLocation

  /// - Returns: nil where the group is no frame or series of this format.
  init?(_ group: borrowing HDF5.Group) throws(FlowError) {
    guard try group.attributeNames().contains("pandas_type") else { return nil }
    let kind = try group.attribute("pandas_type")?.text
    location = group.location
    columns = []
    switch kind {
    case "series": try readSeries(group)
    case "frame": try readFrame(group)
    default: return nil
    }
  }

  private mutating func readSeries(_ group: borrowing HDF5.Group) throws(FlowError) {
    guard try group.contains("values") else { throw damaged("values") }
    // A series without a name has none here, or pandas' mark for None.
    let name = try group.attributeNames().contains("name") ? try group.attribute("name")?.text : nil
    let isNamed = name.map { !$0.isEmpty && $0 != "N." } ?? false
    columns = [Column(name: isNamed ? name! : "values", path: "values", column: 0)]
  }

  private mutating func readFrame(_ group: borrowing HDF5.Group) throws(FlowError) {
    guard try group.contains("axis0") else {
      throw FlowError(
        .format,
        "\(location) is a pandas frame whose columns have names of several levels, which are not read; write it with "
          + "one level, or with format=\"table\"")
    }
    let order = try Self.names(in: group, "axis0")
    // Several columns may have one name.
    var found: [String: [Column]] = [:]
    let count = try group.attribute("nblocks")?.integer ?? 0
    for block in 0..<max(0, min(count, 65_536)) {
      guard try group.contains("block\(block)_items"), try group.contains("block\(block)_values") else {
        throw damaged("block\(block)_values")
      }
      for (column, name) in try Self.names(in: group, "block\(block)_items").enumerated() {
        found[name, default: []].append(Column(name: name, path: "block\(block)_values", column: column))
      }
    }
    for name in order {
      guard let column = found[name]?.first else { throw damaged("a block with the column '\(name)'") }
      found[name]?.removeFirst()
      columns.append(column)
    }
  }

  private static func names(in group: borrowing HDF5.Group, _ name: String) throws(FlowError) -> [String] {
    let dataset = try group.dataset(name)
    if dataset.type == .text { return try dataset.readTexts() }
    return dataset.type.isInteger
      ? try dataset.read(as: Int.self).map(String.init) : try dataset.read(as: Double.self).map { "\($0)" }
  }

  private func damaged(_ part: String) -> FlowError {
    FlowError(
      .format,
      "\(location) is a pandas frame in the fixed format without \(part); write it again, or with format=\"table\"")
  }
}
