/// The different events of a source, in memory, each as often as it is there: its weight is the sum of its copies'.
///
/// A likelihood over them is that over all rows, and a part of them has no event of another part.
public struct DistinctEvents: EventSource {
  private let whole: any EventSource
  private let events: LabelledEvents
  /// The rows of the source that the events stand in for the first time.
  private let rows: [Int]

  /// - Throws: where the events cannot be read.
  public init(_ whole: any EventSource) throws(FlowError) {
    self.whole = whole
    let (dimension, contextDimension) = (whole.dimension, whole.contextDimension)
    var events = LabelledEvents([], weights: [])
    var rows: [Int] = []
    var places: [UInt64: Int] = [:]
    try whole.forEachBlock { block in
      let hashes = RowHash.hashes(of: block.events, dimension: dimension, contextDimension: contextDimension)
      for (event, hash) in hashes.enumerated() {
        let weight = block.events.weights?[event] ?? 1
        if let place = places[hash] {
          events.weights![place] += weight
          continue
        }
        places[hash] = rows.count
        rows.append(block.row(of: event))
        events.events += block.events.events[(event * dimension)..<((event + 1) * dimension)]
        events.context += block.events.context[(event * contextDimension)..<((event + 1) * contextDimension)]
        events.weights!.append(weight)
      }
    }
    (self.events, self.rows) = (events, rows)
  }

  public var columns: [String] { whole.columns }
  public var contextColumns: [String] { whole.contextColumns }
  public var units: [String?] { whole.units }
  public var contextUnits: [String?] { whole.contextUnits }
  public var hasWeights: Bool { true }
  public var place: String { whole.place }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }

  public var eventsBefore: [Int] {
    Array(stride(from: 0, to: rows.count, by: max(1, (4 << 20) / (8 * allColumns.count)))) + [rows.count]
  }

  public func fingerprint() throws(FlowError) -> String { try whole.fingerprint() + ", distinct" }

  public func reader() -> EventReader {
    let (before, dimension, contextDimension) = (eventsBefore, dimension, contextDimension)
    return { index in
      let range = before[index]..<before[index + 1]
      return EventBlock(
        events.selecting(range, dimension: dimension, contextDimension: contextDimension), rows: Array(rows[range]))
    }
  }
}
