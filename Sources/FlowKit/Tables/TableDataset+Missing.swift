// Values of a dataset that were never written, or are masked.

extension TableDataset {
  /// The number of the column that masks a column of a compound; nil where there is none.
  func maskColumn(of column: Int, _ columns: [RecordColumn]) -> Int? {
    columns.firstIndex { $0.name == TableMask.name(for: columns[column].name) }
  }

  func applyMasks(
    rows range: Range<Int>, _ wanted: [Column], to values: inout [Double], width: Int
  ) throws(FlowError) {
    var flags: [Double] = []
    if let mask {
      flags = [Double](repeating: 0, count: values.count)
      try mask.read(rows: range, wanted, into: &flags, width: width)
    } else if case .records(_, let columns) = arrangement, !isAsStored {
      let masks = wanted.compactMap { wanted in
        maskColumn(of: wanted.column, columns).map { (column: $0, target: wanted.target) }
      }
      guard !masks.isEmpty else { return }
      flags = [Double](repeating: 0, count: values.count)
      try readStored(rows: range, masks, into: &flags, width: width)
    }
    for (index, flag) in flags.enumerated() where flag != 0 { values[index] = .nan }
  }

  /// The fill values of a compound's columns: as of other datasets, but for PyTables, whose defaults of a column are values
  /// like any others.
  static func fills(
    of columns: [RecordColumn], _ fields: [HDF5.Record.Field], in dataset: borrowing HDF5.Dataset
  ) throws(FlowError) -> [Double?] {
    guard try dataset.attribute("CLASS")?.text != "TABLE", let numbers = try dataset.fills(of: fields) else {
      return []
    }
    let fills = columns.map { column -> Double? in
      let field = fields[column.field]
      guard field.layout != nil, TableConventions.canBeFill(numbers[column.field][column.number], field.type) else {
        return nil
      }
      return numbers[column.field][column.number]
    }
    return fills.contains { $0 != nil } ? fills : []
  }

  /// Makes NaN of a compound's fill values.
  func markFills(rows range: Range<Int>, _ wanted: [Column], in values: inout [Double], width: Int) {
    guard !fills.isEmpty else { return }
    for (column, target) in wanted {
      guard let fill = fills[column] else { continue }
      for index in stride(from: target, to: range.count * width, by: width) where values[index] == fill {
        values[index] = .nan
      }
    }
  }

  /// Makes NaN of what lies in chunks that were never written.
  func markUnwritten(
    rows range: Range<Int>, _ wanted: [Column], in values: inout [Double], width: Int
  ) throws(FlowError) {
    guard let chunk = dataset.chunk else { return }
    var known: [[Int]: Bool] = [:]
    var row = range.lowerBound
    while row < range.upperBound {
      let (element, count) = layout.run(from: row, inChunksOf: chunk)
      let rows = (row..<(row + count)).clamped(to: range)
      for (column, target) in wanted {
        let place = layout.element(element, ofColumn: column)
        let offset = zip(place, chunk).map { $0 / max(1, $1) * max(1, $1) }
        let isWritten = if let known = known[offset] { known } else { try dataset.isWritten(chunkAt: offset) }
        known[offset] = isWritten
        guard !isWritten else { continue }
        for row in rows { values[(row - range.lowerBound) * width + target] = .nan }
      }
      row += count
    }
  }
}
