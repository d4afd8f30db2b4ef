/// Events for training or validation, whatever their source: all in memory where they fit, else a window of them at a
/// time, read ahead.
package final class EventWindows {
  /// Where the events of the windows lie.
  package let data: TrainingData
  private let plan: EpochPlan
  /// nil where all events are in memory.
  private let reader: WindowReader?
  /// The windows of the last epoch asked for, and the first of the next.
  private var epoch = (number: -1, windows: [EpochPlan.Window](), next: [EpochPlan.Window]())
  /// The places of a window's events, in the order of their epoch, for the windows in use.
  private var orders: [(epoch: Int, window: Int, start: Int, places: [Int32])] = []

  /// - Parameters:
  ///   - buffer: how many bytes the events may take in memory.
  ///   - batchSize: the most events that are asked for at once, which must fit.
  ///   - seed: decides the order; nil keeps that of the source.
  /// - Throws: where the flow cannot be trained on the events, or they cannot be read.
  package init(
    _ events: some EventSource, _ subject: any Trainable, buffer: Int, batchSize: Int, seed: UInt64?
  ) throws(FlowError) {
    let bytes = TrainingData.bytesPerEvent(subject, hasWeights: events.hasWeights) + orderBytes
    let (count, before) = (events.count, events.eventsBefore)
    try events.checkCounts()
    try subject.checkColumns(of: events)
    let meanWeight = events.hasWeights ? try events.weightMoments().mean : nil
    let most = min(buffer / bytes, Int(Int32.max))
    guard count > most, count > batchSize else {
      data = TrainingData(capacity: count, of: events, subject, meanWeight: meanWeight)
      plan = EpochPlan(eventsBefore: before, capacity: count, seed: seed)
      reader = nil
      try events.forEachBlock { [data] block throws(FlowError) in
        try data.store(block, at: block.first)
      }
      return
    }
    // A batch must not reach into three windows, and all windows of an epoch but the last lack less than a block.
    let largest = zip(before, before.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    let capacity = max(most / 2, largest + batchSize)
    data = TrainingData(capacity: 2 * capacity, of: events, subject, meanWeight: meanWeight)
    plan = EpochPlan(eventsBefore: before, capacity: capacity, seed: seed)
    reader = WindowReader(events, data, capacity: capacity)
  }

  /// The number of events.
  var count: Int { plan.count }
  var areStreamed: Bool { reader != nil }

  /// The places in `data` of the events at consecutive positions of an epoch's order. They hold those events until others
  /// are asked for.
  package func batch(_ positions: Range<Int>, ofEpoch number: Int) throws(FlowError) -> ArraySlice<Int32> {
    let windows = windows(ofEpoch: number)
    let first = windows.firstIndex { positions.lowerBound < $0.positions.upperBound }!
    var places: ArraySlice<Int32> = []
    for index in first..<windows.count where windows[index].positions.lowerBound < positions.upperBound {
      let window = windows[index]
      let order = try order(of: index, after: first, inEpoch: number)
      let part = positions.clamped(to: window.positions)
      let start = window.positions.lowerBound
      let slice = order[(part.lowerBound - start)..<(part.upperBound - start)]
      if part == positions { return slice }
      places += slice
    }
    return places
  }

  /// Hands the places of all events to `body`, in order, as many at a time as are in memory together.
  func forEachWindow(_ body: (Range<Int32>) throws(FlowError) -> Void) throws(FlowError) {
    for (index, window) in windows(ofEpoch: 0).enumerated() {
      let place = Int32(try place(of: index, after: index, inEpoch: 0))
      try body(place..<(place + Int32(window.positions.count)))
    }
  }

  private func windows(ofEpoch number: Int) -> [EpochPlan.Window] {
    if epoch.number != number {
      epoch = (number, plan.windows(ofEpoch: number), Array(plan.windows(ofEpoch: number + 1).prefix(1)))
    }
    return epoch.windows
  }

  /// Where the events of window `index` begin, once they are there. Those from window `first` on are still in use.
  private func place(of index: Int, after first: Int, inEpoch number: Int) throws(FlowError) -> Int {
    guard let reader else { return 0 }
    let windows = windows(ofEpoch: number)
    let inUse = [windows[first], first + 1 < windows.count ? windows[first + 1] : epoch.next[0]]
    return try plan.capacity * reader.slot(of: index == first ? inUse : inUse.reversed())
  }

  private func order(of index: Int, after first: Int, inEpoch number: Int) throws(FlowError) -> [Int32] {
    let start = try place(of: index, after: first, inEpoch: number)
    func isKnown(_ order: (epoch: Int, window: Int, start: Int, places: [Int32])) -> Bool {
      order.epoch == number && order.window == index && order.start == start
    }
    if let known = orders.first(where: isKnown) { return known.places }
    orders.removeAll { $0.epoch != number || $0.window != first || index == first }
    let places = plan.order(of: windows(ofEpoch: number)[index], inEpoch: number).map { Int32(start) + $0 }
    orders.append((number, index, start, places))
    return places
  }
}

/// What the places of an event in the orders in use take.
private let orderBytes = 3 * MemoryLayout<Int32>.size
