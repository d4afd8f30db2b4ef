/// What an HDF5 file holds for this toolkit: a model or tables.
public enum FileContents: Sendable {
  case model
  case tables([TableSummary])

  /// One table of a data file.
  public struct TableSummary: Sendable, Equatable, Encodable {
    public var path: String
    public var rows: Int
    public var columns: [String]
    public var hasNames: Bool
  }

  public init(of path: String) throws(FlowError) {
    let file = try HDF5.File(reading: path)
    let root = try file.root()
    guard try !Model.isModel(root) else {
      self = .model
      return
    }
    var summaries: [TableSummary] = []
    for table in try TableCandidate.all(in: root) {
      let reader = try TableReader(DataLocation(file: path, path: table.location.path))
      summaries.append(
        TableSummary(
          path: reader.location.path ?? "/", rows: reader.rows, columns: reader.columns, hasNames: reader.hasNames))
    }
    self = .tables(summaries)
  }
}
