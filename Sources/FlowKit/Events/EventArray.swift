/// Events in memory, checked when they are handed over: whole rows, finite values, weights of at least 0.
///
/// ```swift
/// let events = try EventArray([[0.1, 2.5], [0.3, 1.9], [0.2, 2.2]], columns: ["x", "y"])
/// let flow = try Trainer(fitting: events).fit().flow
/// ```
public struct EventArray: EventSource {
  public let columns: [String]
  public let contextColumns: [String]
  public let place: String
  public let droppedRows: Int
  /// The events that are used, all of whose values are finite.
  private let events: LabelledEvents
  /// The rows that they were handed over in; nil where none was left out.
  private let rows: [Int]?

  /// - Parameters:
  ///   - rows: the features of each event.
  ///   - context: the context of each, for a flow p(x | c).
  ///   - weights: one number ≥ 0 for each; all weigh the same without.
  ///   - columns: the features' names; otherwise they go by number, as those of the context do, which are counted on.
  ///   - skipNonFinite: leaves out events with a NaN or an infinite value, which are an error otherwise.
  ///   - place: what messages call the events.
  /// - Throws: an error that says what was met and in which row.
  public init(
    _ rows: [[Double]], context: [[Double]] = [], weights: [Double]? = nil, columns: [String]? = nil,
    contextColumns: [String]? = nil, skipNonFinite: Bool = false, place: String = "the events"
  ) throws(FlowError) {
    let values = try Self.joined(rows, "row", place)
    guard context.isEmpty || context.count == rows.count else {
      throw FlowError(.data, "\(place): \(context.count) rows of context for \(rows.count) events; give one for each")
    }
    try self.init(
      values, dimension: rows.first?.count ?? 0, context: Self.joined(context, "row of context", place),
      weights: weights, columns: columns, contextColumns: contextColumns, skipNonFinite: skipNonFinite,
      place: place)
  }

  /// - Parameters:
  ///   - values: N × D numbers, row-major: the features of one event after the other.
  ///   - dimension: D.
  ///   - context: N × C numbers, row-major.
  /// - Throws: an error that says what was met and in which row.
  public init(
    _ values: [Double], dimension: Int, context: [Double] = [], weights: [Double]? = nil, columns: [String]? = nil,
    contextColumns: [String]? = nil, skipNonFinite: Bool = false, place: String = "the events"
  ) throws(FlowError) {
    let shape = try Shape(values, dimension, context, weights, place)
    self.columns = try Self.names(columns, 0..<dimension, "columns", place)
    self.contextColumns = try Self.names(
      contextColumns, dimension..<(dimension + shape.contextDimension), "context columns", place)
    try Self.checkDistinct(self.columns + self.contextColumns, place)
    self.place = place
    let all = LabelledEvents(values, context: context, weights: weights)
    let found = shape.finite(in: all, self.columns + self.contextColumns)
    try found.scan.check(place, skipNonFinite: skipNonFinite)
    droppedRows = found.scan.nonFinite?.rows ?? 0
    rows = found.rows
    events =
      found.rows.map { all.selecting($0, dimension: dimension, contextDimension: shape.contextDimension) } ?? all
  }

  public var hasWeights: Bool { events.weights != nil }

  public var eventsBefore: [Int] {
    let count = events.events.count / dimension
    return Array(stride(from: 0, to: count, by: Self.blockRows(allColumns.count))) + [count]
  }

  /// Four megabytes, as of a table in a file.
  fileprivate static func blockRows(_ width: Int) -> Int { max(1, (4 << 20) / (8 * width)) }

  public func reader() -> EventReader {
    let (before, dimension, contextDimension) = (eventsBefore, dimension, contextDimension)
    return { index in
      let range = before[index]..<before[index + 1]
      guard range.count < before.last! else { return EventBlock(events, rows: rows) }
      func part<Value>(_ values: [Value], _ width: Int) -> [Value] {
        Array(values[(range.lowerBound * width)..<(range.upperBound * width)])
      }
      return EventBlock(
        LabelledEvents(
          part(events.events, dimension), context: part(events.context, contextDimension),
          weights: events.weights.map { part($0, 1) }), rows: rows.map { part($0, 1) })
    }
  }
}

// MARK: - Checks of shape

extension EventArray {
  private static func joined(
    _ rows: [[Double]], _ what: String, _ place: String
  ) throws(FlowError) -> [Double] {
    guard let first = rows.first else { return [] }
    if let odd = rows.firstIndex(where: { $0.count != first.count }) {
      throw FlowError(
        .data, "\(place): \(what) \(odd) has \(rows[odd].count) values, but \(what) 0 has \(first.count)")
    }
    return Array(rows.joined())
  }

  private static func names(
    _ given: [String]?, _ numbers: Range<Int>, _ what: String, _ place: String
  ) throws(FlowError) -> [String] {
    guard let given else { return numbers.map(String.init) }
    guard given.count == numbers.count else {
      throw FlowError(.data, "\(place): \(given.count) names for \(numbers.count) \(what); give one for each")
    }
    return given
  }

  private static func checkDistinct(_ names: [String], _ place: String) throws(FlowError) {
    var seen: Set<String> = []
    if let twice = names.first(where: { !seen.insert($0).inserted }) {
      throw FlowError(.data, "\(place): two columns are called '\(twice)'; give each a name of its own")
    }
  }

  /// How arrays divide into rows.
  private struct Shape {
    let count: Int
    let dimension: Int
    let contextDimension: Int

    init(
      _ values: [Double], _ dimension: Int, _ context: [Double], _ weights: [Double]?, _ place: String
    ) throws(FlowError) {
      guard !values.isEmpty else { throw FlowError(.data, "\(place): there are no rows") }
      guard dimension > 0, values.count.isMultiple(of: dimension) else {
        throw FlowError(.data, "\(place): \(values.count) values are no whole rows of \(dimension)")
      }
      count = values.count / dimension
      guard context.count.isMultiple(of: count) else {
        throw FlowError(
          .data, "\(place): \(context.count) values of context are no whole rows for \(count) events")
      }
      if let weights, weights.count != count {
        throw FlowError(.data, "\(place): \(weights.count) weights for \(count) events; give one for each")
      }
      (self.dimension, contextDimension) = (dimension, context.count / count)
    }

    /// What a look at all events finds, and the numbers of those with finite values, unless that is all.
    func finite(in events: LabelledEvents, _ columns: [String]) -> (scan: EventScan, rows: [Int]?) {
      let hasWeights = events.weights != nil
      let all = columns + (hasWeights ? ["weight"] : [])
      var scan = EventScan(columns: all, weights: hasWeights ? columns.count : nil)
      let step = EventArray.blockRows(all.count)
      for first in stride(from: 0, to: count, by: step) {
        let block = events.selecting(
          first..<min(count, first + step), dimension: dimension, contextDimension: contextDimension)
        scan.add(block.interleaved(dimension: dimension, contextDimension: contextDimension))
      }
      guard scan.nonFinite != nil else { return (scan, nil) }
      func isFinite(_ values: [Double], _ width: Int, _ row: Int) -> Bool {
        values[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite)
      }
      let rows = (0..<count).filter {
        isFinite(events.events, dimension, $0) && isFinite(events.context, contextDimension, $0)
          && events.weights?[$0].isFinite ?? true
      }
      return (scan, rows)
    }
  }
}
