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
    /// Columns beside these that hold no real numbers, and what they hold.
    package var unreadable: [String]
    /// Columns that are read only if they are named, and why.
    package var aside: [String]
    /// What FlowKit wrote and reads only if it is named: its mark.
    package var mark: String?
    /// Whether the path alone does not choose this table, because other columns there have another length.
    package var needsColumns: Bool
    /// What the rows are, if they run over two axes.
    package var rowsText: String?
    /// What else a reader ought to know, a sentence each.
    package var notes: [String] = []
  }

  /// Those of a file that is one table.
  package init(only table: any RandomAccessTable) {
    let summary = TableSummary(
      path: "/", rows: table.rows, columns: table.columns, hasNames: table.hasNames, units: table.units,
      unreadable: [], aside: [], needsColumns: false, notes: table.notes)
    self = .tables([summary], others: [])
  }

  /// - Parameter reading: how arrays are to be understood.
  package init(of path: String, reading: TableReading = TableReading()) throws(FlowError) {
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
    let search = try TableSearch(at: DataLocation(file: path), in: root, reading)
    var summaries: [TableSummary] = []
    var others = search.others
    for table in search.allTables() + search.outputs() {
      do throws(FlowError) { summaries.append(try search.summary(of: table, root: root)) } catch {
        others.append(error.message)
      }
    }
    self = .tables(summaries, others: others)
  }
}

extension TableSearch {
  /// What FlowKit added to the file, as tables.
  fileprivate func outputs() -> [TableCandidate] {
    members.indices.filter { isSetAside(members[$0]) && members[$0].rows > 0 }.map { table(of: $0) }
  }

  fileprivate func summary(
    of table: TableCandidate, root: borrowing HDF5.Group
  ) throws(FlowError) -> FileContents.TableSummary {
    let reader = try HDF5Table(ColumnChoice(table, in: self), in: self, root: root)
    let mark = members[table.columns[0].member]
    let left = leftOut(beside: table.columns)
    func texts(_ isReadable: Bool) -> [String] {
      left.filter { $0.isReadable == isReadable }.map { "\($0.name) (\($0.why))" }
    }
    return FileContents.TableSummary(
      path: table.location.objectPath, rows: reader.rows, columns: reader.columns, hasNames: reader.hasNames,
      units: reader.units, unreadable: texts(false), aside: texts(true),
      mark: isSetAside(mark) ? mark.mark?.rawValue : nil, needsColumns: table.needsColumns,
      rowsText: table.columns.lazy.compactMap { self.rowsText(of: $0.member) }.first)
  }
}
