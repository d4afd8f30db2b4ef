/// An open dataset that holds a table or one of its columns.
final class TableDataset {
  /// A column of the source, and which column of the result it becomes.
  typealias Column = (column: Int, target: Int)

  enum Arrangement {
    case vector
    case rowsByColumns
    case columnsByRows
    case records([HDF5.Record.Field], [RecordColumn])
  }

  /// Where a column's numbers stand in a compound value.
  struct RecordColumn {
    var name: String
    var field: Int
    var number: Int
  }

  /// The path of the dataset.
  let path: String
  let dataset: HDF5.Dataset
  let rows: Int
  let columns: Int
  /// The number of rows that are unpacked together.
  let chunkRows: Int
  let arrangement: Arrangement
  private let conventions: TableConventions
  /// Booleans of the same shape, true where a value is masked.
  let mask: TableDataset?
  /// Whether some chunks were never written.
  private let hasGaps: Bool
  /// Columns that only label the rows, or mask other columns.
  let labels: Set<Int>

  /// - Parameters:
  ///   - count: the number of sources that are read side by side, and share the memory for chunks.
  ///   - isColumn: whether the dataset is one column, whichever way it lies.
  ///   - isMask: whether it masks another, and has no mask of its own.
  /// - Throws: where it holds no numbers, or they lie where they cannot be had: in files that are gone, or nowhere.
  init(
    opening path: String, in root: borrowing HDF5.Group, sharing count: Int, isColumn: Bool = false,
    isMask: Bool = false
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
      let (levels, names) = (try PandasTable.indexLevels(of: dataset, in: root), recordColumns.map(\.name))
      labels = Set(names.indices.filter { levels.contains(names[$0]) || TableMask.isMask(names[$0], among: names) })
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
    let maskPath = isMask ? nil : try TableMask.path(for: dataset, in: root)
    mask = try maskPath.map { path throws(FlowError) in
      try TableDataset(opening: path, in: root, sharing: count, isColumn: isColumn, isMask: true)
    }
    hasGaps = try Self.hasGaps(dataset)
    self.path = path
    self.dataset = dataset
    self.labels = labels
  }

  private static func hasGaps(_ dataset: borrowing HDF5.Dataset) throws(FlowError) -> Bool {
    try dataset.checkSources()
    guard !dataset.shape.contains(0) else { return false }
    switch try dataset.written() {
    case .all: return false
    case .some: return true
    case .nothing:
      throw FlowError(
        .data,
        "\(dataset.location) was made (\(HDF5.text(dataset.shape))) and never written: it would read as fill values; "
          + "write it, or choose other columns")
    }
  }

  /// The names of a compound's columns; nil for other datasets, whose names stand in attributes.
  var names: [String]? {
    if case .records(_, let columns) = arrangement { columns.map(\.name) } else { nil }
  }

  /// Why values of a column may be missing, for messages; nil where nothing says so.
  func missingReason(_ column: Int) -> String? {
    var reasons = conventions.missingReasons
    if let mask { reasons.append("masked by \(mask.dataset.location.objectPath)") }
    if case .records(_, let columns) = arrangement, maskColumn(of: column, columns) != nil {
      reasons.append("masked by the field \(TableMask.name(for: columns[column].name))")
    }
    if hasGaps { reasons.append("never written") }
    return reasons.isEmpty ? nil : reasons.joined(separator: ", or ")
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
    try readStored(rows: range, wanted, into: &values, width: width)
    if !conventions.isPlain {
      for (_, target) in wanted {
        for row in 0..<range.count {
          values[row * width + target] = conventions.meaning(of: values[row * width + target])
        }
      }
    }
    if hasGaps { try markUnwritten(rows: range, wanted, in: &values, width: width) }
    try applyMasks(rows: range, wanted, to: &values, width: width)
  }

  private func readStored(
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
  }

  func readRecords(
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
