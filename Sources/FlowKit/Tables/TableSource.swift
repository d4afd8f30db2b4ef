/// A dataset from which columns of a table are read: row by row, or each of its rows for several rows of the table, as
/// samples have it that were drawn for rows of context.
struct TableSource {
  let dataset: TableDataset
  /// Which of its columns become which columns of the table.
  var columns: [TableDataset.Column]
  /// How many rows of the table each row stands for.
  var repeats = 1

  var rows: Int { dataset.rows * repeats }

  /// Reads rows of the table into their places in `values`, rows of `width` numbers.
  func read(rows range: Range<Int>, into values: inout [Double], width: Int) throws(FlowError) {
    guard repeats > 1 else { return try dataset.read(rows: range, columns, into: &values, width: width) }
    let stored = (range.lowerBound / repeats)..<((range.upperBound - 1) / repeats + 1)
    var once = [Double](repeating: 0, count: stored.count * columns.count)
    let wanted = columns.enumerated().map { ($1.column, $0) }
    try dataset.read(rows: stored, wanted, into: &once, width: columns.count)
    for row in range {
      let start = (row / repeats - stored.lowerBound) * columns.count
      for (place, column) in columns.enumerated() {
        values[(row - range.lowerBound) * width + column.target] = once[start + place]
      }
    }
  }

  /// What has to be opened for some columns.
  static func sources(
    of columns: [TableCandidate.Column], in search: TableSearch, root: borrowing HDF5.Group
  ) throws(FlowError) -> [TableSource] {
    // Columns of one dataset are read together; a table of many datasets reads them in the order of its columns.
    var order: [Int] = []
    var wanted: [Int: [TableDataset.Column]] = [:]
    for (target, column) in columns.enumerated() {
      if wanted[column.member] == nil { order.append(column.member) }
      wanted[column.member, default: []].append((column.column, target))
    }
    var sources: [TableSource] = []
    for index in order {
      sources += try Self.sources(
        of: search.members[index], wanted[index]!, root: root, sharing: order.count, search.reading)
    }
    return sources
  }

  /// What has to be opened for columns of one member: its dataset, and the one that holds its context.
  private static func sources(
    of member: TableMember, _ wanted: [TableDataset.Column], root: borrowing HDF5.Group, sharing count: Int,
    _ reading: TableReading
  ) throws(FlowError) -> [TableSource] {
    guard let layout = member.layout else {
      throw member.complaint ?? FlowError(.format, "\(member.location) is no table")
    }
    var sources: [TableSource] = []
    let own = wanted.filter { $0.column < member.ownColumns }
    if !own.isEmpty {
      let path = member.location.objectPath
      sources.append(
        TableSource(
          dataset: try TableDataset(
            opening: path, as: layout, in: root, sharing: count, isAsStored: reading.isAsStored), columns: own))
    }
    if let (path, repeats) = member.context, own.count < wanted.count {
      let shape = [member.shape[0], member.columns.count - member.ownColumns]
      let dataset = try TableDataset(
        opening: path, as: AxisLayout(shape: shape, rows: [0]), in: root, sharing: count)
      let context = wanted.filter { $0.column >= member.ownColumns }
      sources.append(
        TableSource(
          dataset: dataset, columns: context.map { ($0.column - member.ownColumns, $0.target) }, repeats: repeats))
    }
    return sources
  }
}
