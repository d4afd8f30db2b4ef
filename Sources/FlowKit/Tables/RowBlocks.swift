/// Rows of a table that are read in any order.
public protocol RowBlocks: AnyObject {
  /// The file, and the dataset or group in it that was found.
  var location: DataLocation { get }
  var rows: Int { get }
  /// A number of rows that is read efficiently at once: some megabytes, in whole chunks if these have at most 32 MB.
  var blockRows: Int { get }
  /// Reads a range of rows into `values`, whose former contents and length are replaced: row by row, a number for each
  /// column.
  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError)
}
