/// The one place in which events are checked, wherever they come from: what a look at all rows finds.
struct EventScan {
  /// How many rows of finite values are in the blocks before each block, and in all of them at the end.
  private(set) var finiteBefore = [0]
  private var scan: NonFinite.Scan
  /// The column that holds weights.
  private let weights: Int?
  private var rows = 0
  private var hasWeight = false
  private var negative: (weight: Double, row: Int)?

  init(columns: [String], weights: Int?) {
    scan = NonFinite.Scan(columns: columns)
    self.weights = weights
  }

  var nonFinite: NonFinite? { scan.result }

  /// Looks at the next rows, row-major, with context and weight behind the features.
  mutating func add(_ block: [Double]) {
    let (width, before) = (scan.columns.count, nonFinite?.rows ?? 0)
    let count = block.count / width
    scan.add(block)
    let nonFiniteRows = (nonFinite?.rows ?? 0) - before
    finiteBefore.append(finiteBefore.last! + count - nonFiniteRows)
    defer { rows += count }
    guard let weights else { return }
    for row in 0..<count {
      let weight = block[row * width + weights]
      guard nonFiniteRows == 0 || block[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite) else { continue }
      hasWeight = hasWeight || weight > 0
      if weight < 0, negative == nil { negative = (weight, rows + row) }
    }
  }

  /// Throws where no flow can be fitted to the rows.
  ///
  /// - Parameters:
  ///   - place: what messages call the rows.
  ///   - skipNonFinite: whether rows with a value that is not finite are left out.
  ///   - reason: why the first such value is none, to add to the message.
  func check(_ place: String, skipNonFinite: Bool, because reason: String = "") throws(FlowError) {
    if let nonFinite, !skipNonFinite {
      throw FlowError(.data, "\(place): \(nonFinite)\(reason)", fix: reason.isEmpty ? .skipNonFinite : .skipMissing)
    }
    guard rows > 0 else { throw FlowError(.data, "\(place): there are no rows") }
    guard finiteBefore.last! > 0 else {
      throw FlowError(.data, "\(place): every row has a value that is not finite")
    }
    if let (weight, row) = negative {
      throw FlowError(.data, "\(place): the weight \(weight) in row \(row) is negative; weights are at least 0")
    }
    if weights != nil, !hasWeight { throw Self.allWeightsZero(place) }
  }

  static func allWeightsZero(_ place: String) -> FlowError { FlowError(.data, "\(place): all weights are 0") }

  /// Throws where a block of `source` holds anything else than `count` events that can be fitted to.
  static func check(_ block: EventBlock, of source: some EventSource, count: Int) throws(FlowError) {
    let (events, dimension, contextDimension) = (block.events, source.dimension, source.contextDimension)
    guard dimension > 0 else { throw FlowError(.data, "\(source.place): the events have no columns") }
    let sizes = [events.events.count, events.context.count, events.weights?.count ?? 0, block.rows?.count ?? count]
    let expected = [count * dimension, count * contextDimension, source.hasWeights ? count : 0, count]
    guard sizes == expected, source.hasWeights == (events.weights != nil) else {
      throw FlowError(
        .data,
        "\(source.place): \(count) events from number \(block.first) on have \(sizes[0]) values, \(sizes[1]) of context "
          + "and \(sizes[2]) weights, not \(expected[0]), \(expected[1]) and \(expected[2])")
    }
    guard
      !(events.events.allSatisfy(\.isFinite) && events.context.allSatisfy(\.isFinite)
        && events.weights?.allSatisfy { $0.isFinite && $0 >= 0 } ?? true)
    else { return }
    // Again, for what the message says.
    var scan = EventScan(columns: source.allColumns, weights: source.hasWeights ? source.allColumns.count - 1 : nil)
    scan.add(events.interleaved(dimension: dimension, contextDimension: contextDimension))
    try scan.renumbered(by: block).check(source.place, skipNonFinite: false)
  }

  /// The same with the rows that the events of a block stand in.
  private func renumbered(by block: EventBlock) -> EventScan {
    var result = self
    result.scan.renumberFirstRow(block.row)
    result.negative = negative.map { ($0.weight, block.row(of: $0.row)) }
    return result
  }
}
