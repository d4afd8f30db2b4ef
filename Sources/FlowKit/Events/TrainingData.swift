/// Room for events that are ready for training: what the preprocessing made of them, row-major, with their weights.
///
/// Sendable by a rule that the compiler cannot see: a thread that stores events does so where no other looks.
package final class TrainingData: @unchecked Sendable {
  package let capacity: Int
  let dimension: Int
  let contextDimension: Int
  private let subject: any Trainable
  /// Where the events come from, for messages.
  private let source: any EventSource
  /// capacity × D.
  private let events: UnsafeMutableBufferPointer<Scalar>
  /// capacity × C.
  private let context: UnsafeMutableBufferPointer<Scalar>
  /// log|det| of the preprocessing.
  private let logDeterminants: UnsafeMutableBufferPointer<Double>
  /// wᵢ / w̄, or nil where all weigh the same.
  private let relativeWeights: UnsafeMutableBufferPointer<Double>?
  /// w̄.
  private let meanWeight: Double

  /// - Parameter meanWeight: w̄ of all events; nil where all weigh the same.
  init(capacity: Int, of source: any EventSource, _ subject: any Trainable, meanWeight: Double?) {
    (self.capacity, self.source, self.subject) = (capacity, source, subject)
    (dimension, contextDimension) = (subject.dimension, subject.contextDimension)
    func room<Value>(_ count: Int, _ value: Value) -> UnsafeMutableBufferPointer<Value> {
      let room = UnsafeMutableBufferPointer<Value>.allocate(capacity: count)
      room.initialize(repeating: value)
      return room
    }
    events = room(capacity * dimension, 0)
    context = room(capacity * contextDimension, 0)
    logDeterminants = room(capacity, 0)
    relativeWeights = meanWeight == nil ? nil : room(capacity, 0)
    self.meanWeight = meanWeight ?? 1
  }

  /// A random choice of the events of a source, at most `most`.
  convenience init(
    sampling most: Int, of source: some EventSource, _ subject: any Trainable, seed: UInt64
  ) throws(FlowError) {
    try subject.checkColumns(of: source)
    let sample = try source.sample(most, seed: seed)
    self.init(
      capacity: sample.rows!.count, of: source, subject, meanWeight: source.hasWeights ? 1 : nil)
    try store(sample, at: 0)
  }

  deinit {
    events.deallocate()
    context.deallocate()
    logDeterminants.deallocate()
    relativeWeights?.deallocate()
  }

  /// The bytes that one event takes.
  static func bytesPerEvent(_ subject: any Trainable, hasWeights: Bool) -> Int {
    (subject.dimension + subject.contextDimension) * MemoryLayout<Scalar>.size
      + (hasWeights ? 2 : 1) * MemoryLayout<Double>.size
  }

  /// Stores the events of a block from place `place` on; returns how many.
  ///
  /// - Throws: where the flow is not defined for one of them.
  @discardableResult
  func store(_ block: EventBlock, at place: Int) throws(FlowError) -> Int {
    let labelled = block.events
    let count = labelled.events.count / dimension
    precondition(
      labelled.events.count == count * dimension && labelled.context.count == count * contextDimension
        && labelled.weights?.count == (hasWeights ? count : nil) && 0 <= place && place + count <= capacity,
      "\(labelled.events.count) values, \(labelled.context.count) of context and \(labelled.weights?.count ?? 0) "
        + "weights at \(place) in room for \(capacity) events of \(dimension) features, \(contextDimension) of context")
    var rows = labelled.events
    var sums = [Double](repeating: 0, count: count)
    var isDefined = true
    subject.preprocessing.forward(rows: &rows, firstEvent: block.first, addingTo: &sums) { _, _, _ in
      isDefined = false
    }
    guard isDefined, subject.firstMap?.domain.eventsOutside(rows).isEmpty ?? true else { throw refusal() }
    for (index, value) in rows.enumerated() { events[place * dimension + index] = Scalar(value) }
    for (event, value) in sums.enumerated() { logDeterminants[place + event] = value }
    if contextDimension > 0 {
      rows = labelled.context
      subject.contextPreprocessing.forward(rows: &rows, addingTo: &sums)
      for (index, value) in rows.enumerated() { context[place * contextDimension + index] = Scalar(value) }
    }
    if let relativeWeights, let weights = labelled.weights {
      for (event, weight) in weights.enumerated() { relativeWeights[place + event] = weight / meanWeight }
    }
    return count
  }

  /// What is said where the flow is not defined for an event: the same as before a fit.
  private func refusal() -> FlowError {
    do throws(FlowError) { try subject.checkDomain(of: source) } catch { return error }
    return FlowError(.data, "\(source.place) has changed while it was read; begin anew")
  }

  var hasWeights: Bool { relativeWeights != nil }

  /// The events at some places as a tile, and their context; the last one fills the padding.
  func tiles(_ places: ArraySlice<Int32>, _ pool: TilePool) -> (x: Tile, context: Tile?) {
    for place in places { check(place) }
    return (
      gathered(events, dimension, places, pool),
      contextDimension > 0 ? gathered(context, contextDimension, places, pool) : nil
    )
  }

  private func gathered(
    _ rows: UnsafeMutableBufferPointer<Scalar>, _ dimension: Int, _ places: ArraySlice<Int32>, _ pool: TilePool
  ) -> Tile {
    var tile = Tile(features: dimension, width: Tile.fullWidth, pool: pool)
    places.withUnsafeBufferPointer { places in
      tile.fill { feature, event in rows[Int(places[min(event, places.count - 1)]) * dimension + feature] }
    }
    return tile
  }

  /// All events as one tile of their own, and their context, each as often as the others, so that the tile has their mean
  /// and variance: as many as fill a width, or all, repeated, where they are fewer.
  func tiles(_ pool: TilePool) -> (x: Tile, context: Tile?) {
    let width = capacity < 16 ? 16 * capacity : capacity / 16 * 16
    func tile(_ rows: UnsafeMutableBufferPointer<Scalar>, _ dimension: Int) -> Tile {
      var tile = Tile(features: dimension, width: width, pool: pool)
      for feature in 0..<dimension {
        tile.withMutableRow(feature) { row in
          for event in row.indices { row[event] = rows[event % capacity * dimension + feature] }
        }
      }
      return tile
    }
    return (tile(events, dimension), contextDimension > 0 ? tile(context, contextDimension) : nil)
  }

  /// The event at a place.
  package subscript(place: Int32) -> [Scalar] {
    check(place)
    return Array(events[(Int(place) * dimension)..<((Int(place) + 1) * dimension)])
  }

  func relativeWeight(_ index: Int32) -> Double {
    check(index)
    return relativeWeights?[Int(index)] ?? 1
  }

  func logDeterminant(_ index: Int32) -> Double {
    check(index)
    return logDeterminants[Int(index)]
  }

  private func check(_ place: Int32) {
    precondition(0 <= place && Int(place) < capacity, "the event at place \(place) of \(capacity)")
  }
}
