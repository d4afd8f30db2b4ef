/// An open dataset that holds a table or one of its columns.
final class TableDataset {
  /// A column of the source, and which column of the result it becomes.
  typealias Column = (column: Int, target: Int)

  enum Arrangement {
    case numbers
    case records([HDF5.Record.Field], [RecordColumn])
  }

  /// Where a column's numbers stand in a compound value.
  struct RecordColumn {
    var name: String
    var field: Int
    var number: Int
  }

  let dataset: HDF5.Dataset
  /// Which axes are rows and columns.
  let layout: AxisLayout
  /// The number of rows that are unpacked together.
  let chunkRows: Int
  let arrangement: Arrangement
  private let conventions: TableConventions
  /// The fill value of each column of a compound, where one was set; empty where none was.
  let fills: [Double?]
  /// Booleans of the same shape, true where a value is masked.
  let mask: TableDataset?
  /// Whether some chunks were never written.
  private let hasGaps: Bool
  /// Whether nothing is taken for missing.
  let isAsStored: Bool

  /// - Parameters:
  ///   - count: the number of sources that are read side by side, and share the memory for chunks.
  ///   - isAsStored: whether nothing is taken for missing.
  ///   - isMask: whether it masks another, and has no mask of its own.
  /// - Throws: where the values lie where they cannot be had: in files that are gone, or nowhere.
  init(
    opening path: String, as layout: AxisLayout, in root: borrowing HDF5.Group, sharing count: Int,
    isAsStored: Bool = false, isMask: Bool = false
  ) throws(FlowError) {
    let cacheBytes = try Self.cacheBytes(for: try root.dataset(path), layout, sharing: count)
    let dataset = try HDF5.Dataset.open(
      HDF5.Group.relative(path), in: root.handle, root.location.appending(path), cacheBytes: cacheBytes)
    if case .compound = dataset.type {
      let fields = try dataset.record().fields
      let columns = try Self.recordColumns(fields, of: dataset)
      arrangement = .records(fields, columns)
      conventions = TableConventions()
      fills = isAsStored ? [] : try Self.fills(of: columns, fields, in: dataset)
    } else {
      arrangement = .numbers
      let said = try TableConventions(of: dataset)
      (conventions, fills) = (isAsStored ? said.withoutMissing() : said, [])
    }
    let inner = layout.rowAxes.dropFirst().reduce(1) { $0 * $1.count }
    let first = layout.rowAxes[0]
    chunkRows = max(1, (dataset.chunk.map { $0[first.axis] } ?? 1) / first.stride) * max(1, inner)
    let maskPath = isMask || isAsStored ? nil : try TableMask.path(for: dataset, in: root)
    mask = try maskPath.map { path throws(FlowError) in
      try TableDataset(opening: path, as: layout, in: root, sharing: count, isMask: true)
    }
    hasGaps = try Self.hasGaps(dataset) && !isAsStored
    (self.layout, self.isAsStored) = (layout, isAsStored)
    self.dataset = dataset
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

  var rows: Int { layout.rows }

  /// Why values of a column may be missing, for messages; nil where nothing says so.
  func missingReason(_ column: Int) -> String? {
    var reasons = conventions.missingReasons
    if !fills.isEmpty, let fill = fills[column] { reasons.append("\(fill) is a fill value") }
    if let mask { reasons.append("masked by \(mask.dataset.location.objectPath)") }
    if case .records(_, let columns) = arrangement, !isAsStored, maskColumn(of: column, columns) != nil {
      reasons.append("masked by the field \(TableMask.name(for: columns[column].name))")
    }
    if hasGaps { reasons.append("never written") }
    return reasons.isEmpty ? nil : reasons.joined(separator: ", or ")
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
    markFills(rows: range, wanted, in: &values, width: width)
    if hasGaps { try markUnwritten(rows: range, wanted, in: &values, width: width) }
    try applyMasks(rows: range, wanted, to: &values, width: width)
  }

  /// The numbers as they are stored.
  func readStored(
    rows range: Range<Int>, _ wanted: [Column], into values: inout [Double], width: Int
  ) throws(FlowError) {
    for rectangle in layout.rectangles(range) {
      let row = rectangle.first - range.lowerBound
      if case .records(let fields, let columns) = arrangement {
        try readRecords(fields, columns, rectangle, wanted, into: &values, at: row, width: width)
        continue
      }
      for run in TableRun.runs(of: wanted, layout) {
        try dataset.read(
          layout.elements(rectangle, columns: run.first..<(run.first + run.count)), into: &values,
          within: [range.count, width], at: [row, run.target], targetCount: [rectangle.count, run.count])
      }
    }
  }

  private func readRecords(
    _ fields: [HDF5.Record.Field], _ columns: [RecordColumn], _ rectangle: AxisLayout.Rectangle, _ wanted: [Column],
    into values: inout [Double], at first: Int, width: Int
  ) throws(FlowError) {
    let used = Set(wanted.map { columns[$0.column].field }).sorted()
    var starts: [Int: Int] = [:]
    var recordWidth = 0
    for field in used {
      starts[field] = recordWidth
      recordWidth += fields[field].layout?.count ?? 1
    }
    let numbers = try dataset.read(used.map { fields[$0] }, of: layout.elements(rectangle, columns: 0..<1))
    for (column, target) in wanted {
      let source = starts[columns[column].field]! + columns[column].number
      for row in 0..<rectangle.count { values[(first + row) * width + target] = numbers[row * recordWidth + source] }
    }
  }

  /// The numbers of the fields, one column each; a field that holds something else has one column, which cannot be read.
  static func recordColumns(
    _ fields: [HDF5.Record.Field], of dataset: borrowing HDF5.Dataset
  ) throws(FlowError) -> [RecordColumn] {
    var columns: [RecordColumn] = []
    for (index, field) in fields.enumerated() {
      guard let layout = field.layout else {
        let names = try PandasTable.columns(ofBlock: field.name, in: dataset) ?? [field.name]
        columns += names.map { RecordColumn(name: $0, field: index, number: 0) }
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
    for dataset: borrowing HDF5.Dataset, _ layout: AxisLayout, sharing count: Int
  ) throws(FlowError) -> Int? {
    try dataset.checkFilters()
    guard let chunk = dataset.chunk else { return nil }
    // All chunks but along the first axis of the rows.
    var chunks = zip(dataset.shape, chunk).map { ($0 + $1 - 1) / max(1, $1) }
    chunks[layout.rowAxes[0].axis] = 1
    let limit = (1 << 30) / count
    let needed = (chunk + chunks).reduce(Double(dataset.valueBytes)) { $0 * Double($1) }
    return max(1 << 20, needed < Double(limit) ? Int(needed) : limit)
  }
}
