/// Opens tables in which some numbers, such as -999, stand for missing values: they are read as NaN.
public struct MissingValueAccess: TableAccess {
  private let access: any TableAccess
  private let values: [Double]

  /// - Parameters:
  ///   - values: the numbers that stand for missing values, in all columns. Of a number that Float rounds, what it rounds to counts too.
  ///   - access: opens the files.
  public init(_ values: [Double], access: any TableAccess = InProcessAccess()) {
    self.access = access
    self.values = values + values.map { Double(Float($0)) }.filter(\.isFinite)
  }

  public func parts(of location: DataLocation) throws(FlowError) -> DataParts { try access.parts(of: location) }

  public func table(_ location: DataLocation, parts: [[String]?]) throws(FlowError) -> any RandomAccessTable {
    let table = try access.table(location, parts: parts)
    return values.isEmpty ? table : RecodedTable(table, missing: values)
  }
}

/// A table with NaN in place of some numbers.
private final class RecodedTable: DerivedTable {
  let original: any RandomAccessTable
  private let missing: [Double]
  let missingReasons: [String?]

  init(_ original: any RandomAccessTable, missing: [Double]) {
    (self.original, self.missing) = (original, missing)
    missingReasons = original.missingReasons.map { ($0.map { $0 + ", or " } ?? "") + "\(missing[0]) was declared so" }
  }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    try original.read(rows: range, into: &values)
    for index in values.indices where missing.contains(values[index]) { values[index] = .nan }
  }
}
