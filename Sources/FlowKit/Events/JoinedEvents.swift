/// The events of several sources, one source after the other: such as those that were trained on, and those that were
/// validated on.
public struct JoinedEvents: EventSource {
  private let parts: [any EventSource]

  /// - Parameter parts: at least one, all with as many features and context features. Where only some have weights, the events of
  ///   the others weigh 1.
  /// - Throws: where their columns differ in number.
  public init(_ parts: [any EventSource]) throws(FlowError) {
    precondition(!parts.isEmpty, "there are no sources to join")
    self.parts = parts
    for part in parts
    where part.dimension != parts[0].dimension || part.contextDimension != parts[0].contextDimension {
      throw FlowError(
        .data,
        "\(part.place) has \(part.dimension) features and \(part.contextDimension) of context, but \(parts[0].place) "
          + "\(parts[0].dimension) and \(parts[0].contextDimension)")
    }
  }

  public var columns: [String] { parts[0].columns }
  public var contextColumns: [String] { parts[0].contextColumns }
  public var units: [String?] { parts[0].units }
  public var contextUnits: [String?] { parts[0].contextUnits }
  public var hasWeights: Bool { parts.contains(where: \.hasWeights) }
  public var droppedRows: Int { parts.reduce(0) { $0 + $1.droppedRows } }
  public var buffer: Int { parts[0].buffer }

  /// Each place once: parts of one table are that table.
  public var place: String {
    parts.map(\.place).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: " and ")
  }

  public var eventsBefore: [Int] {
    parts.reduce(into: [0]) { before, part in
      let first = before.last!
      before += part.eventsBefore.dropFirst().map { first + $0 }
    }
  }

  public func fingerprint() throws(FlowError) -> String {
    var texts: [String] = []
    for part in parts { texts.append(try part.fingerprint()) }
    return texts.joined(separator: " and ")
  }

  public func reader() throws(FlowError) -> EventReader {
    var readers: [(read: EventReader, blocks: Range<Int>)] = []
    for part in parts {
      let first = readers.last?.blocks.upperBound ?? 0
      readers.append((try part.checkedReader(), first..<(first + part.eventsBefore.count - 1)))
    }
    let (hasWeights, dimension) = (hasWeights, dimension)
    return { [readers] (index: Int) throws(FlowError) in
      let part = readers.first { $0.blocks.contains(index) }!
      let block = try part.read(index - part.blocks.lowerBound)
      var events = block.events
      let count = events.events.count / dimension
      if hasWeights, events.weights == nil { events.weights = Array(repeating: 1, count: count) }
      return EventBlock(events, rows: (0..<count).map { block.row(of: $0) })
    }
  }
}
