/// Where events come from, with their context and weights: a description of them, from which they are read block by
/// block, as often as it takes. Statistics, checks and training take any source; ``EventArray`` holds events in memory,
/// ``EventSet`` finds them in a table of a file.
///
/// A source of one's own says its columns, how many events its blocks have, and how a block is read:
///
/// ```swift
/// struct Simulation: EventSource {
///   let columns = ["x", "y"]
///   let eventsBefore = [0, 1_000, 2_000]
///   func reader() -> EventReader { { block in EventBlock(LabelledEvents(simulate(block))) } }
/// }
/// ```
///
/// Every block is checked where it is read: sizes, finite values, weights of at least 0.
public protocol EventSource: Sendable {
  /// The names of the D features.
  var columns: [String] { get }
  /// The names of the C context features; none by default.
  var contextColumns: [String] { get }
  /// Units of the features and of the context, nil where nobody gives any, as by default.
  var units: [String?] { get }
  var contextUnits: [String?] { get }
  /// Whether events have weights; not by default.
  var hasWeights: Bool { get }
  /// What messages call the source: a file and the table in it, or `the events`, the default.
  var place: String { get }
  /// How many events are in the blocks before each block, and in all of them at the end: from 0 on, never falling.
  var eventsBefore: [Int] { get }
  /// Rows left out because a value is not finite; 0 by default.
  var droppedRows: Int { get }
  /// About how many bytes of events whoever reads them may hold in memory; 128 MB by default.
  var buffer: Int { get }

  /// Makes ready to read. Each thread that reads does so with a reader of its own. A block has the same events whenever
  /// it is read.
  func reader() throws(FlowError) -> EventReader

  /// A text that differs where shape, names or contents do, to recognise the events by; by default from a pass over them.
  func fingerprint() throws(FlowError) -> String
}

/// Reads the block of a number.
public typealias EventReader = (_ block: Int) throws(FlowError) -> EventBlock

/// Consecutive events of a source.
public struct EventBlock: Sendable {
  public var events: LabelledEvents
  /// The number of the first event in its source: set by whoever reads the block.
  public internal(set) var first = 0
  /// The rows of the source, counted from 0, that the events stand in, for messages; nil where these are their numbers.
  public var rows: [Int]?

  public init(_ events: LabelledEvents, rows: [Int]? = nil) { (self.events, self.rows) = (events, rows) }

  /// The row of an event of the block, for a message.
  func row(of event: Int) -> Int { rows?[event] ?? first + event }
}

extension EventSource {
  public var contextColumns: [String] { [] }
  public var units: [String?] { columns.map { _ in nil } }
  public var contextUnits: [String?] { contextColumns.map { _ in nil } }
  public var hasWeights: Bool { false }
  public var place: String { "the events" }
  public var droppedRows: Int { 0 }
  public var buffer: Int { EventSet.defaultBuffer }

  public func fingerprint() throws(FlowError) -> String {
    var digest = RowDigest(
      columns: allColumns, weights: hasWeights ? allColumns.count - 1 : nil, rows: count)
    try forEachBlock { block in
      digest.add(block.events.interleaved(dimension: dimension, contextDimension: contextDimension))
    }
    return "\(digest.text()) \(dimension) \(contextDimension) \(droppedRows)"
  }

  /// The number of events.
  public var count: Int { eventsBefore.last ?? 0 }
  /// D.
  public var dimension: Int { columns.count }
  /// C, 0 without context.
  public var contextDimension: Int { contextColumns.count }

  /// The columns of `interleaved` rows.
  var allColumns: [String] { columns + contextColumns + (hasWeights ? ["weight"] : []) }

  /// SHA-256 of `fingerprint()`, in hexadecimal digits.
  public func digest() throws(FlowError) -> String {
    var hash = SHA256()
    hash.add(Array(try fingerprint().utf8))
    return hash.text()
  }
}

// MARK: - Reading

extension EventSource {
  /// Hands all events to `body`, block by block, in order.
  public func forEachBlock(_ body: (EventBlock) throws(FlowError) -> Void) throws(FlowError) {
    let (read, before) = (try checkedReader(), eventsBefore)
    for block in before.indices.dropLast() where before[block] < before[block + 1] { try body(try read(block)) }
  }

  /// All events, in memory.
  public func contents() throws(FlowError) -> LabelledEvents {
    var result = LabelledEvents([], weights: hasWeights ? [] : nil)
    try forEachBlock { block in result.append(block.events) }
    return result
  }

  /// A reader that checks what it reads, and numbers it.
  func checkedReader() throws(FlowError) -> EventReader {
    try checkCounts()
    let (read, before) = (try reader(), eventsBefore)
    return { (index: Int) throws(FlowError) in
      var block = try read(index)
      block.first = before[index]
      try EventScan.check(block, of: self, count: before[index + 1] - before[index])
      return block
    }
  }

  /// Throws where there are no events, or blocks of less than none.
  func checkCounts() throws(FlowError) {
    let before = eventsBefore
    guard before.first == 0, zip(before, before.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw FlowError(.data, "\(place): the numbers of events before each block do not rise from 0")
    }
    guard count > 0 else { throw FlowError(.data, "\(place): there are no rows") }
  }
}
