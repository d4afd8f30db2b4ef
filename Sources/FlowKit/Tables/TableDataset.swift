/// An open dataset that holds a table or one of its columns.
final class TableDataset {
  /// A column of the source, and which column of the result it becomes.
  typealias Column = (column: Int, target: Int)

  private enum Arrangement {
    case vector
    case rowsByColumns
    case columnsByRows
    case records([HDF5.Record.Field], [RecordColumn])
  }

  /// Where a column's numbers stand in a compound value.
  private struct RecordColumn {
    var name: String
    var field: Int
    var number: Int
  }

  let dataset: HDF5.Dataset
  let rows: Int
  let columns: Int
  /// The number of rows that are unpacked together.
  let chunkRows: Int
  private let arrangement: Arrangement
  private let conventions: TableConventions
  /// Columns that only label the rows.
  let labels: Set<Int>

  /// - Parameters:
  ///   - count: the number of sources that are read side by side, and share the memory for chunks.
  ///   - isColumn: whether the dataset is one column, whichever way it lies.
  init(
    opening path: String, in root: borrowing HDF5.Group, sharing count: Int, isColumn: Bool = false
  ) throws(FlowError) {
    let cacheBytes = try Self.cacheBytes(for: try root.dataset(path), sharing: count)
    let dataset = try HDF5.Dataset.open(
      HDF5.Group.relative(path), in: root.handle, root.location.appending(path), cacheBytes: cacheBytes)
    let shape = dataset.shape
    var labels: Set<Int> = []
    if case .compound = dataset.type {
      let fields = try dataset.record().fields
      let recordColumns = try Self.recordColumns(fields, of: dataset)
      arrangement = .records(fields, recordColumns)
      (rows, columns) = (shape.first ?? 0, recordColumns.count)
      chunkRows = dataset.chunk?.first ?? 1
      if try dataset.attributeNames().contains("index_kind") {
        labels = Set(recordColumns.indices.filter { recordColumns[$0].name == "index" })
      }
      conventions = TableConventions()
    } else {
      let conventions = try TableConventions(of: dataset)
      // A column of MATLAB's may be a row.
      let isTransposed = isColumn && shape.count == 2 ? shape[0] == 1 : conventions.isTransposed
      arrangement = shape.count < 2 ? .vector : isTransposed ? .columnsByRows : .rowsByColumns
      rows = (isTransposed ? shape.last : shape.first) ?? 0
      columns = shape.count == 2 ? shape[isTransposed ? 0 : 1] : 1
      chunkRows = (isTransposed ? dataset.chunk?.last : dataset.chunk?.first) ?? 1
      if conventions.isLabel { labels = [0] }
      self.conventions = conventions
    }
    self.dataset = dataset
    self.labels = labels
  }

  /// The names of a compound's columns; nil for other datasets, whose names stand in attributes.
  var names: [String]? {
    if case .records(_, let columns) = arrangement { columns.map(\.name) } else { nil }
  }

  /// Throws where one of these columns holds something else than numbers.
  func check(_ wanted: [Int]) throws(FlowError) {
    guard case .records(let fields, let columns) = arrangement else { return }
    for index in wanted {
      let field = fields[columns[index].field]
      guard field.layout == nil else { continue }
      throw FlowError(
        .format,
        "the field '\(field.name)' of \(dataset.location) holds \(field.type), not numbers; choose columns of numbers")
    }
  }

  /// Reads rows of some columns into their places in `values`, rows of `width` numbers.
  func read(
    rows range: Range<Int>, _ wanted: [Column], into values: inout [Double], width: Int
  ) throws(FlowError) {
    switch arrangement {
    case .vector, .rowsByColumns:
      let isVector = dataset.shape.count == 1
      for run in TableRun.runs(of: wanted) {
        try dataset.read(
          from: isVector ? [range.lowerBound] : [range.lowerBound, run.first],
          count: isVector ? [range.count] : [range.count, run.count],
          into: &values, within: [range.count, width], at: [0, run.target], targetCount: [range.count, run.count])
      }
    case .columnsByRows:
      for (column, target) in wanted {
        try dataset.read(
          from: [column, range.lowerBound], count: [1, range.count], into: &values, within: [range.count, width],
          at: [0, target], targetCount: [range.count, 1])
      }
    case .records(let fields, let columns):
      try readRecords(fields, columns, range, wanted, into: &values, width: width)
    }
    guard !conventions.isPlain else { return }
    for (_, target) in wanted {
      for row in 0..<range.count {
        values[row * width + target] = conventions.meaning(of: values[row * width + target])
      }
    }
  }

  private func readRecords(
    _ fields: [HDF5.Record.Field], _ columns: [RecordColumn], _ range: Range<Int>, _ wanted: [Column],
    into values: inout [Double], width: Int
  ) throws(FlowError) {
    let used = Set(wanted.map { columns[$0.column].field }).sorted()
    var starts: [Int: Int] = [:]
    var recordWidth = 0
    for field in used {
      starts[field] = recordWidth
      recordWidth += fields[field].layout?.count ?? 1
    }
    let numbers = try dataset.read(used.map { fields[$0] }, rows: range)
    for (column, target) in wanted {
      let source = starts[columns[column].field]! + columns[column].number
      for row in 0..<range.count { values[row * width + target] = numbers[row * recordWidth + source] }
    }
  }

  private static func recordColumns(
    _ fields: [HDF5.Record.Field], of dataset: borrowing HDF5.Dataset
  ) throws(FlowError) -> [RecordColumn] {
    var columns: [RecordColumn] = []
    for (index, field) in fields.enumerated() {
      guard let layout = field.layout else {
        columns.append(RecordColumn(name: field.name, field: index, number: 0))
        continue
      }
      var names = layout.names(field.name)
      if let block = try PandasTable.columns(ofBlock: field.name, in: dataset), block.count == names.count {
        names = block
      }
      columns += names.enumerated().map { RecordColumn(name: $1, field: index, number: $0) }
    }
    return columns
  }

  /// Memory for one row of chunks, so that blocks of rows smaller than a chunk unpack it only once.
  private static func cacheBytes(
    for dataset: borrowing HDF5.Dataset, sharing count: Int
  ) throws(FlowError) -> Int? {
    if case .compound = dataset.type {
    } else if !dataset.type.isNumeric {
      // Only a group's columns get here unchecked: it may hold text beside its numbers.
      throw FlowError(
        .format, "\(dataset.location) holds \(dataset.type), not numbers; choose columns of numbers")
    }
    try dataset.checkFilters()
    guard let chunk = dataset.chunk else { return nil }
    // One row of chunks across the columns, whichever axis they are.
    let chunksAcross = zip(dataset.shape, chunk).map { ($0 + $1 - 1) / max(1, $1) }.dropFirst().reduce(1, *)
    let limit = (1 << 30) / count
    let needed = chunk.reduce(Double(chunksAcross) * Double(dataset.valueBytes)) { $0 * Double($1) }
    return max(1 << 20, needed < Double(limit) ? Int(needed) : limit)
  }
}

/// Neighbouring columns of a source that are neighbours in the result too, and are read at once.
private struct TableRun: Equatable {
  var first: Int
  var target: Int
  var count: Int

  static func runs(of columns: [TableDataset.Column]) -> [TableRun] {
    var runs: [TableRun] = []
    for (column, target) in columns {
      if let last = runs.last, last.first + last.count == column, last.target + last.count == target {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(TableRun(first: column, target: target, count: 1))
      }
    }
    return runs
  }
}
