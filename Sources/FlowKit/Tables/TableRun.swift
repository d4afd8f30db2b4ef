/// Neighbouring columns of a source that are neighbours in the result too, and are read at once.
struct TableRun: Equatable {
  var first: Int
  var target: Int
  var count: Int

  static func runs(of columns: [TableDataset.Column], _ layout: AxisLayout) -> [TableRun] {
    var runs: [TableRun] = []
    for (column, target) in columns {
      if let last = runs.last, last.first + last.count == column, last.target + last.count == target,
        layout.runLength(from: last.first, atMost: last.count + 1) > last.count
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(TableRun(first: column, target: target, count: 1))
      }
    }
    return runs
  }
}
