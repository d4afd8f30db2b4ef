/// Triplets of rows as events of three times as many columns, anchor, positive and negative side by side: what an encoder is trained on where
/// its triplets are given. The rows are held in memory.
struct TripletEvents: EventSource {
  let columns: [String]
  let place: String
  let buffer: Int
  let eventsBefore: [Int]
  private let width: Int
  /// N × D, and where among them the rows of each triplet stand.
  private let events: [Double]
  private let places: [Int]

  private init(_ rows: any EventSource, _ events: [Double], _ places: [Int], _ name: String) {
    (width, self.events, self.places, place, buffer) = (rows.dimension, events, places, name, rows.buffer)
    columns = ["anchor", "positive", "negative"].flatMap { part in rows.columns.map { "\(part) \($0)" } }
    let block = max(1, (1 << 17) / columns.count)
    eventsBefore = Array(stride(from: 0, to: places.count / 3, by: block)) + [places.count / 3]
  }

  /// Those with all three rows among the training rows, and the others; nil where there are none of these.
  ///
  /// - Parameters:
  ///   - rows: all rows that triplets may name.
  ///   - train: a part of them, or all.
  /// - Throws: where a triplet names another row, or none can be trained on.
  static func parts(
    of triplets: RowTriplets, _ rows: any EventSource, train: any EventSource
  ) throws(FlowError) -> (train: TripletEvents, validation: TripletEvents?) {
    var (events, places, hasWeight, trained) = ([Double](), [Int: Int](), [Bool](), Set<Int>())
    try rows.forEachBlock { block in
      for event in 0..<(block.events.events.count / rows.dimension) {
        places[block.row(of: event)] = hasWeight.count
        hasWeight.append(block.events.weights?[event] ?? 1 > 0)
      }
      events += block.events.events
    }
    try train.forEachBlock { block in
      for event in 0..<(block.events.events.count / train.dimension) { trained.insert(block.row(of: event)) }
    }
    var (own, others) = ([Int](), [Int]())
    for triplet in 0..<triplets.count {
      let three = triplets.rows[(3 * triplet)..<(3 * triplet + 3)]
      if let unknown = three.first(where: { places[$0] == nil }) {
        let most = places.keys.max() ?? 0
        throw FlowError(
          .data,
          "\(triplets.name): triplet \(triplet) names row \(unknown), "
            + (unknown > most ? "but the rows of \(rows.place) are 0 to \(most)" : "which is left out of \(rows.place)")
        )
      }
      let found = three.map { places[$0]! }
      guard found.allSatisfy({ hasWeight[$0] }) else { continue }
      if three.allSatisfy({ trained.contains($0) }) { own += found } else { others += found }
    }
    guard !own.isEmpty else {
      throw FlowError(
        .data, "\(triplets.name): no triplet has all of its three rows among the training rows of \(rows.place)")
    }
    return (
      TripletEvents(rows, events, own, triplets.name),
      others.isEmpty ? nil : TripletEvents(rows, events, others, triplets.name)
    )
  }

  func reader() -> EventReader {
    { index in
      EventBlock(
        LabelledEvents(
          places[(3 * eventsBefore[index])..<(3 * eventsBefore[index + 1])].flatMap { row in
            events[(row * width)..<((row + 1) * width)]
          }))
    }
  }
}
