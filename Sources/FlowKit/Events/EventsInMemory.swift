/// A copy of the events of a source in memory, which says of itself what the source does.
struct EventsInMemory: EventSource {
  private let whole: any EventSource
  private let events: LabelledEvents
  /// The rows of the source that the events stand in.
  private let rows: [Int]

  init(_ whole: any EventSource) throws(FlowError) {
    var (events, rows) = (LabelledEvents([], weights: whole.hasWeights ? [] : nil), [Int]())
    try whole.forEachBlock { block in
      events.append(block.events)
      rows += (0..<(block.events.events.count / whole.dimension)).map { block.row(of: $0) }
    }
    (self.whole, self.events, self.rows) = (whole, events, rows)
  }

  var columns: [String] { whole.columns }
  var contextColumns: [String] { whole.contextColumns }
  var units: [String?] { whole.units }
  var contextUnits: [String?] { whole.contextUnits }
  var hasWeights: Bool { whole.hasWeights }
  var place: String { whole.place }
  var eventsBefore: [Int] { whole.eventsBefore }
  var droppedRows: Int { whole.droppedRows }
  var buffer: Int { whole.buffer }

  func fingerprint() throws(FlowError) -> String { try whole.fingerprint() }

  func reader() -> EventReader {
    let (before, dimension, contextDimension) = (eventsBefore, dimension, contextDimension)
    return { block in
      let range = before[block]..<before[block + 1]
      return EventBlock(
        events.selecting(range, dimension: dimension, contextDimension: contextDimension), rows: Array(rows[range]))
    }
  }
}

extension EventSource {
  /// These events in memory where they take at most half of the buffer, to be read often.
  func inMemory() throws(FlowError) -> any EventSource {
    let width = dimension + contextDimension + (hasWeights ? 1 : 0)
    guard !(self is EventArray), count * width * MemoryLayout<Double>.size <= buffer / 2 else { return self }
    return try EventsInMemory(self)
  }
}
