/// The events of a source without the columns that others determine.
public struct KeptColumns: EventSource {
  private let whole: any EventSource
  private let dependent: DependentColumns
  public let columns: [String]
  public let units: [String?]

  /// - Parameter dependent: columns of these events, fewer than all.
  public init(_ whole: any EventSource, without dependent: DependentColumns) {
    (self.whole, self.dependent) = (whole, dependent)
    let places = dependent.kept(of: whole.dimension)
    precondition(!places.isEmpty, "no column is kept")
    (columns, units) = (places.map { whole.columns[$0] }, places.map { whole.units[$0] })
  }

  public var contextColumns: [String] { whole.contextColumns }
  public var contextUnits: [String?] { whole.contextUnits }
  public var hasWeights: Bool { whole.hasWeights }
  public var place: String { whole.place }
  public var eventsBefore: [Int] { whole.eventsBefore }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }

  public func fingerprint() throws(FlowError) -> String {
    try whole.fingerprint() + ", columns \(columns.joined(separator: ", "))"
  }

  public func reader() throws(FlowError) -> EventReader {
    let (read, width) = (try whole.checkedReader(), whole.dimension)
    return { (index: Int) throws(FlowError) in
      var block = try read(index)
      block.events.events = dependent.separating(block.events.events, width: width).kept
      return block
    }
  }
}
