/// Named columns of numbers in a file, whose rows are read in order, in blocks, whatever the file's format.
public protocol Table: AnyObject {
  /// The columns' names; indices where the file gives none.
  var columns: [String] { get }
  /// Whether the file names its columns; otherwise `columns` are their indices.
  var hasNames: Bool { get }
  var rows: Int { get }
  /// The columns' units, nil where the file gives none, as text and NumPy never do.
  var units: [String?] { get }
  /// Hands all rows to `body`, in order: row-major values of whole rows.
  func forEachBlock(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError)
}

extension Table {
  public var units: [String?] { columns.map { _ in nil } }
}
