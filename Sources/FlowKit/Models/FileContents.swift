/// What an HDF5 file holds for this toolkit: a model or tables.
package enum FileContents: Sendable, Codable {
  case model
  /// The tables, and what else is there: datasets that are no tables, tables that cannot be read and why.
  case tables([TableSummary], others: [String])

  /// One table of a data file.
  package struct TableSummary: Sendable, Equatable, Codable {
    package var path: String
    package var rows: Int
    package var columns: [String]
    package var hasNames: Bool
    /// The columns' units, nil where the file gives none.
    package var units: [String?]
  }

  /// Those of a file that is one table.
  package init(only table: any RandomAccessTable) {
    let summary = TableSummary(
      path: "/", rows: table.rows, columns: table.columns, hasNames: table.hasNames, units: table.units)
    self = .tables([summary], others: table.notes)
  }

  package init(of path: String) throws(FlowError) {
    guard try !ModelMark.isPresent(at: path) else {
      self = .model
      return
    }
    let file = try HDF5.File(reading: path)
    let root = try file.root()
    guard try !ModelMark.isPresent(in: root) else {
      self = .model
      return
    }
    var summaries: [TableSummary] = []
    var (tables, others) = try TableCandidate.contents(of: root)
    for table in tables {
      do throws(FlowError) {
        let reader = try HDF5Table(DataLocation(file: path, path: table.location.path))
        summaries.append(
          TableSummary(
            path: table.location.objectPath, rows: reader.rows, columns: reader.columns,
            hasNames: reader.hasNames, units: reader.units))
      } catch {
        others.append(error.message)
      }
    }
    self = .tables(summaries, others: others)
  }
}
