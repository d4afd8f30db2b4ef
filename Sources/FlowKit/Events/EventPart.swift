/// A part of the events of a source, drawn at random: what `split` makes.
public struct EventPart: EventSource {
  private enum Filter {
    /// Events by their numbers.
    case numbers(RowFilter)
    /// Events by what they are, so that copies stay together.
    case contents(ContentFilter)
  }

  private let whole: any EventSource
  private let filter: Filter
  /// Which part it is.
  private let name: String

  fileprivate init(_ whole: any EventSource, _ filter: RowFilter, _ name: String) {
    (self.whole, self.filter, self.name) = (whole, .numbers(filter), name)
  }

  fileprivate init(_ whole: any EventSource, _ filter: ContentFilter, _ name: String) {
    (self.whole, self.filter, self.name) = (whole, .contents(filter), name)
  }

  public var columns: [String] { whole.columns }
  public var contextColumns: [String] { whole.contextColumns }
  public var units: [String?] { whole.units }
  public var contextUnits: [String?] { whole.contextUnits }
  public var hasWeights: Bool { whole.hasWeights }
  public var place: String { whole.place }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }

  public var eventsBefore: [Int] {
    switch filter {
    case .numbers(let filter): filter.passedBefore
    case .contents(let filter): filter.passedBefore
    }
  }

  public func fingerprint() throws(FlowError) -> String { try whole.fingerprint() + name }

  public func reader() throws(FlowError) -> EventReader {
    let (read, dimension, contextDimension) = (try whole.checkedReader(), dimension, contextDimension)
    return { (index: Int) throws(FlowError) in
      let block = try read(index)
      let count = block.events.events.count / dimension
      let passing =
        switch filter {
        case .numbers(let filter): filter.passing(Array(0..<count), ofBlock: index)
        case .contents(let filter): filter.passing(block.events, dimension, contextDimension)
        }
      let rows = passing.map { block.row(of: $0) }
      guard passing.count < count else { return EventBlock(block.events, rows: rows) }
      return EventBlock(
        block.events.selecting(passing, dimension: dimension, contextDimension: contextDimension), rows: rows)
    }
  }
}

extension EventSource {
  /// Splits off a random part, a function of the seed and the number of events alone.
  ///
  /// - Throws: where either part would be empty, or has no event with a weight.
  public func split(
    validFraction: Double, seed: UInt64
  ) throws(FlowError) -> (train: EventPart, valid: EventPart) {
    let part = (Double(count) * validFraction).rounded()
    guard part > 0, part < Double(count) else { throw emptyPart(validFraction) }
    let sampling = SelectionSampling(Int(part), of: count, seed: seed, purpose: .split)
    let filters = RowFilter.parts(sampling, reachedBefore: eventsBefore)
    let name = " \(Int(part)) of \(count) by seed \(seed)"
    return try checked(
      EventPart(self, filters.left, ", without" + name), EventPart(self, filters.taken, ", with" + name))
  }

  /// Splits off a random part in which equal rows are together: a hash of the row and the seed decides. Constant memory; how large
  /// the part is, is left to chance.
  ///
  /// - Throws: as `split(validFraction:seed:)`.
  public func splitKeepingCopies(
    validFraction: Double, seed: UInt64
  ) throws(FlowError) -> (train: EventPart, valid: EventPart) {
    let filters = try ContentFilter.parts(of: self, fraction: validFraction, seed: seed)
    guard let taken = filters.taken.passedBefore.last, taken > 0, taken < count else { throw emptyPart(validFraction) }
    let name = " \(taken) of \(count) rows by their contents and seed \(seed)"
    return try checked(
      EventPart(self, filters.left, ", without" + name), EventPart(self, filters.taken, ", with" + name))
  }

  private func emptyPart(_ fraction: Double) -> FlowError {
    FlowError(
      .data,
      "\(place): a validation part of \(fraction) of \(count) rows leaves no rows to train or to validate on",
      fix: .chooseValidation)
  }

  private func checked(
    _ train: EventPart, _ valid: EventPart
  ) throws(FlowError) -> (train: EventPart, valid: EventPart) {
    guard hasWeights else { return (train, valid) }
    for (part, name) in [(train, "training"), (valid, "validation")] {
      var hasWeight = false
      try part.forEachBlock { hasWeight = hasWeight || $0.events.weights!.contains { $0 > 0 } }
      guard hasWeight else {
        throw FlowError(
          .data, "\(place): all weights of the \(name) part (\(part.count) of \(count) rows) are 0",
          fix: .chooseValidation)
      }
    }
    return (train, valid)
  }
}
