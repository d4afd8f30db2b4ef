/// Some columns of a table that is read in order.
final class TableColumns: Table {
  private let table: any Table
  private let indices: [Int]

  /// - Parameter columns: the columns to read, in this order: by name, index or pattern, or what to leave out (`!label`).
  init(_ table: any Table, _ columns: [String], of place: String) throws(FlowError) {
    self.table = table
    let names = table.columns
    let patterns = columns.map { ColumnPattern($0, isName: names.contains) }
    func matches(_ pattern: ColumnPattern) throws(FlowError) -> [Int] {
      let isName = pattern.kind == .name
      let matches = names.indices.filter { isName ? names[$0] == pattern.text : pattern.matches(names[$0]) }
      if !matches.isEmpty { return matches }
      guard let index = Int(pattern.text), names.indices.contains(index) else {
        let known = table.hasNames ? HDF5.list(names, atMost: 64) : "0 to \(names.count - 1)"
        throw FlowError(.data, "\(place) has no column '\(pattern.text)'; its columns are \(known)")
      }
      return [index]
    }
    var excluded: [Int] = []
    for pattern in patterns where pattern.kind == .exclusion { excluded += try matches(pattern) }
    let named = try patterns.filter { $0.kind == .name }.map { pattern throws(FlowError) in
      try matches(pattern)[0]
    }
    var indices: [Int] = []
    if patterns.allSatisfy({ $0.kind == .exclusion }) { indices = names.indices.filter { !excluded.contains($0) } }
    for pattern in patterns where pattern.kind != .exclusion {
      if pattern.kind == .name {
        indices.append(try matches(pattern)[0])
      } else {
        indices += try matches(pattern).filter {
          !excluded.contains($0) && !named.contains($0) && !indices.contains($0)
        }
      }
    }
    guard !indices.isEmpty else {
      throw FlowError(.data, "of the columns of \(place) nothing is left for \(HDF5.list(columns))")
    }
    self.indices = indices
  }

  var columns: [String] { indices.map { table.columns[$0] } }
  var hasNames: Bool { table.hasNames }
  var rows: Int { table.rows }
  var units: [String?] { indices.map { table.units[$0] } }

  func forEachBlock(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    let width = table.columns.count
    try table.forEachBlock { block throws(FlowError) in
      var chosen: [Double] = []
      chosen.reserveCapacity(block.count / width * indices.count)
      for row in stride(from: 0, to: block.count, by: width) {
        for index in indices { chosen.append(block[row + index]) }
      }
      try body(chosen)
    }
  }
}

@available(*, unavailable)
extension TableColumns: Sendable {}
