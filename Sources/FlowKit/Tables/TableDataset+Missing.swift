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
    } else if case .records(_, let columns) = arrangement {
      let masks = wanted.compactMap { wanted in
        maskColumn(of: wanted.column, columns).map { (column: $0, target: wanted.target) }
      }
      guard !masks.isEmpty else { return }
      flags = [Double](repeating: 0, count: values.count)
      try readStored(rows: range, masks, into: &flags, width: width)
    }
    for (index, flag) in flags.enumerated() where flag != 0 { values[index] = .nan }
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
