/// Room for events that are ready for training: what the preprocessing made of them, row-major, with their weights.
///
/// Sendable by a rule that the compiler cannot see: a thread that stores events does so where no other looks.
package final class TrainingData: @unchecked Sendable {
  package let capacity: Int
  let dimension: Int
  let contextDimension: Int
  private let subject: any Trainable
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
  init(capacity: Int, _ subject: any Trainable, meanWeight: Double?) {
    (self.capacity, self.subject) = (capacity, subject)
    (dimension, contextDimension) = (subject.dimension, subject.contextDimension)
    events = .allocate(capacity: capacity * dimension)
    context = .allocate(capacity: capacity * contextDimension)
    logDeterminants = .allocate(capacity: capacity)
    relativeWeights = meanWeight == nil ? nil : .allocate(capacity: capacity)
    self.meanWeight = meanWeight ?? 1
  }

  convenience init(_ labelled: LabelledEvents, _ subject: any Trainable) {
    let meanWeight = labelled.weights.map { $0.reduce(0, +) / Double($0.count) }
    self.init(capacity: labelled.events.count / subject.dimension, subject, meanWeight: meanWeight)
    store(labelled, firstEvent: 0, at: 0)
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

  /// Stores events from place `place` on.
  ///
  /// - Parameter firstEvent: the number of the first in its data, which decides the noise of columns that are dequantized.
  func store(_ labelled: LabelledEvents, firstEvent: Int, at place: Int) {
    let count = labelled.events.count / dimension
    precondition(
      labelled.events.count == count * dimension && labelled.context.count == count * contextDimension
        && place + count <= capacity, "whole rows, at most \(capacity - place)")
    var rows = labelled.events
    var sums = [Double](repeating: 0, count: count)
    subject.preprocessing.forward(rows: &rows, firstEvent: firstEvent, addingTo: &sums)
    for (index, value) in rows.enumerated() {
      events.initializeElement(at: place * dimension + index, to: Scalar(value))
    }
    for (event, value) in sums.enumerated() { logDeterminants.initializeElement(at: place + event, to: value) }
    if contextDimension > 0 {
      rows = labelled.context
      subject.contextPreprocessing.forward(rows: &rows, addingTo: &sums)
      for (index, value) in rows.enumerated() {
        context.initializeElement(at: place * contextDimension + index, to: Scalar(value))
      }
    }
    guard let relativeWeights, let weights = labelled.weights else { return }
    for (event, weight) in weights.enumerated() {
      relativeWeights.initializeElement(at: place + event, to: weight / meanWeight)
    }
  }

  var hasWeights: Bool { relativeWeights != nil }

  /// The events at some places as a tile, and their context; the last one fills the padding.
  func tiles(_ places: ArraySlice<Int32>, _ pool: TilePool) -> (x: Tile, context: Tile?) {
    (
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
    Array(events[(Int(place) * dimension)..<((Int(place) + 1) * dimension)])
  }

  func relativeWeight(_ index: Int32) -> Double { relativeWeights?[Int(index)] ?? 1 }

  func logDeterminant(_ index: Int32) -> Double { logDeterminants[Int(index)] }
}
