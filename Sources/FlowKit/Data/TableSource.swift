/// An open dataset that holds a table or one of its columns.
final class TableSource {
  let dataset: HDF5.Dataset
  let rows: Int
  let columns: Int
  /// The number of rows that are unpacked together.
  let chunkRows: Int

  /// - Parameter count: the number of sources that are read side by side, and share the memory for chunks.
  init(opening path: String, in root: borrowing HDF5.Group, sharing count: Int) throws(FlowError) {
    let cacheBytes = try Self.cacheBytes(for: try root.dataset(path), sharing: count)
    dataset = try HDF5.Dataset.open(
      HDF5.Group.relative(path), in: root.handle, root.location.appending(path), cacheBytes: cacheBytes)
    rows = dataset.shape.first ?? 0
    columns = dataset.shape.count == 2 ? dataset.shape[1] : 1
    chunkRows = dataset.chunk?.first ?? 1
  }

  /// Memory for one row of chunks, so that blocks of rows smaller than a chunk unpack it only once.
  private static func cacheBytes(
    for dataset: borrowing HDF5.Dataset, sharing count: Int
  ) throws(FlowError) -> Int? {
    guard dataset.type.isNumeric else {
      // Only a group's columns get here unchecked: it may hold text beside its numbers.
      throw FlowError(
        .format, "\(dataset.location) holds \(dataset.type), not numbers; choose columns of numbers")
    }
    try dataset.checkFilters()
    guard let chunk = dataset.chunk else { return nil }
    let valueBytes = 8
    let columns = dataset.shape.count == 2 ? dataset.shape[1] : 1
    let chunkColumns = chunk.count == 2 ? chunk[1] : 1
    let chunksAcross = (columns + chunkColumns - 1) / chunkColumns
    let limit = (1 << 30) / count
    let needed = chunk.reduce(Double(chunksAcross * valueBytes)) { $0 * Double($1) }
    return max(1 << 20, needed < Double(limit) ? Int(needed) : limit)
  }
}

/// Neighbouring columns of a source that are neighbours in the result too, and are read at once.
struct TableRun: Equatable {
  var source: Int
  var first: Int
  var target: Int
  var count: Int

  static func runs(ofColumns columns: [Int]) -> [TableRun] {
    var runs: [TableRun] = []
    for (target, column) in columns.enumerated() {
      if let last = runs.last, last.first + last.count == column {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(TableRun(source: 0, first: column, target: target, count: 1))
      }
    }
    return runs
  }
}
