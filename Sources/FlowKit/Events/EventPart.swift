/// A part of the events of a source, drawn at random: what `split` makes.
public struct EventPart: EventSource {
  private let whole: any EventSource
  private let filter: RowFilter
  /// Which part it is.
  private let name: String

  fileprivate init(_ whole: any EventSource, _ filter: RowFilter, _ name: String) {
    (self.whole, self.filter, self.name) = (whole, filter, name)
  }

  public var columns: [String] { whole.columns }
  public var contextColumns: [String] { whole.contextColumns }
  public var units: [String?] { whole.units }
  public var contextUnits: [String?] { whole.contextUnits }
  public var hasWeights: Bool { whole.hasWeights }
  public var place: String { whole.place }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }
  public var eventsBefore: [Int] { filter.passedBefore }

  public func fingerprint() throws(FlowError) -> String { try whole.fingerprint() + name }

  public func reader() throws(FlowError) -> EventReader {
    let (read, dimension, contextDimension) = (try whole.checkedReader(), dimension, contextDimension)
    return { (index: Int) throws(FlowError) in
      let block = try read(index)
      let count = block.events.events.count / dimension
      let passing = filter.passing(Array(0..<count), ofBlock: index)
      guard passing.count < count else { return block }
      return EventBlock(
        block.events.selecting(passing, dimension: dimension, contextDimension: contextDimension),
        rows: passing.map { block.row(of: $0) })
    }
  }
}

extension EventSource {
  /// Splits off a random part, a function of the seed and the number of events alone.
  ///
  /// - Throws: where either part would be empty.
  public func split(
    validFraction: Double, seed: UInt64
  ) throws(FlowError) -> (train: EventPart, valid: EventPart) {
    let part = (Double(count) * validFraction).rounded()
    guard part > 0, part < Double(count) else {
      throw FlowError(
        .data,
        "\(place): a validation part of \(validFraction) of \(count) rows leaves no rows to train or to validate on",
        fix: .chooseValidation)
    }
    let sampling = SelectionSampling(Int(part), of: count, seed: seed, purpose: .split)
    let filters = RowFilter.parts(sampling, reachedBefore: eventsBefore)
    let name = " \(Int(part)) of \(count) by seed \(seed)"
    return (EventPart(self, filters.left, ", without" + name), EventPart(self, filters.taken, ", with" + name))
  }
}
