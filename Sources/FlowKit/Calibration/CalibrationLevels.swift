/// The levels of events among draws of their own, event by event: what a ``Calibration`` judges, from any sampler.
///
/// ```swift
/// var levels = CalibrationLevels(events: truths, columns: ["mass", "age"])
/// for event in … { levels.add(draws: …) }
/// let calibration = try Calibration(levels)
/// ```
public struct CalibrationLevels: Sendable {
  public let columns: [String]
  /// L; 0 before the first event has been added.
  public private(set) var draws = 0
  /// How many events have been added.
  public private(set) var count = 0
  public let seed: UInt64
  /// N × D.
  let events: [Double]
  /// Of each column, each event's level.
  private(set) var ofColumns: [[Double]]
  /// Of −log p; empty where no densities were given.
  private(set) var ofDensity: [Double] = []
  private(set) var ofUniformReference: [Double] = []
  private(set) var ofEventReference: [Double] = []
  /// The box of the events: its lowest corner and its sides.
  private let corner: [Double]
  private let sides: [Double]
  /// The event that is another one's reference: a random cycle through all.
  private let successor: [Int]

  /// - Parameters:
  ///   - events: all N events, N × D row-major, in any units: distances are measured in sides of their box.
  ///   - columns: the names of the D columns.
  ///   - seed: decides ties and reference points.
  public init(events: [Double], columns: [String], seed: UInt64 = 0) {
    precondition(
      !columns.isEmpty && events.count.isMultiple(of: columns.count),
      "\(events.count) values are no whole number of events of \(columns.count) columns")
    (self.events, self.columns, self.seed) = (events, columns, seed)
    let (dimension, count) = (columns.count, events.count / columns.count)
    ofColumns = [[Double]](repeating: [], count: dimension)
    var (corner, far) = (Array(events.prefix(dimension)), Array(events.prefix(dimension)))
    for (index, value) in events.enumerated() {
      corner[index % dimension] = min(corner[index % dimension], value)
      far[index % dimension] = max(far[index % dimension], value)
    }
    self.corner = corner
    sides = zip(far, corner).map { $0 > $1 ? $0 - $1 : 1 }
    var random = RandomStream(seed: seed, purpose: .calibration, index: .max)
    let order = random.permutation(of: count)
    var successor = [Int](repeating: 0, count: count)
    for (place, event) in order.enumerated() { successor[event] = order[(place + 1) % count] }
    self.successor = successor
  }

  /// Adds the next event, in their order.
  ///
  /// - Parameters:
  ///   - draws: L × D draws of the density for this event.
  ///   - logDensity: log p of the event and of the draws; given for all events or for none.
  public mutating func add(draws: [Double], logDensity: (event: Double, draws: [Double])? = nil) {
    add(draws: draws[...], logDensity: logDensity.map { ($0.event, $0.draws[...]) })
  }

  mutating func add(draws: ArraySlice<Double>, logDensity: (event: Double, draws: ArraySlice<Double>)?) {
    let dimension = columns.count
    precondition(
      draws.count.isMultiple(of: dimension) && (count == 0 || draws.count == self.draws * dimension),
      "\(draws.count) values of draws of \(dimension) columns, after events with \(self.draws) draws")
    precondition(
      logDensity.map { $0.draws.count == draws.count / dimension } ?? true
        && (count == 0 || (logDensity == nil) == ofDensity.isEmpty),
      "log-densities are given of all events and draws or of none")
    self.draws = draws.count / dimension
    let event = Array(events[(count * dimension)..<((count + 1) * dimension)])
    var random = RandomStream(seed: seed, purpose: .calibration, index: UInt64(count))
    for column in 0..<dimension {
      var rank = Rank()
      for index in stride(from: draws.startIndex + column, to: draws.endIndex, by: dimension) {
        rank.add(draws[index], to: event[column])
      }
      ofColumns[column].append(rank.level(self.draws, &random))
    }
    if let logDensity {
      var rank = Rank()
      for value in logDensity.draws { rank.add(-value, to: -logDensity.event) }
      ofDensity.append(rank.level(self.draws, &random))
    }
    let corner = zip(corner, sides).map { $0 + $1 * random.uniform() }
    ofUniformReference.append(level(of: event, among: draws, from: corner[...], &random))
    let other = successor[count] * dimension
    ofEventReference.append(level(of: event, among: draws, from: events[other..<(other + dimension)], &random))
    count += 1
  }

  /// The level of the distance to a reference point.
  private func level(
    of event: [Double], among draws: ArraySlice<Double>, from reference: ArraySlice<Double>,
    _ random: inout RandomStream
  ) -> Double {
    func squaredDistance(_ values: ArraySlice<Double>) -> Double {
      var sum = 0.0
      for column in 0..<sides.count {
        let difference =
          (values[values.startIndex + column] - reference[reference.startIndex + column]) / sides[column]
        sum += difference * difference
      }
      return sum
    }
    let own = squaredDistance(event[...])
    var rank = Rank()
    for start in stride(from: draws.startIndex, to: draws.endIndex, by: sides.count) {
      rank.add(squaredDistance(draws[start..<(start + sides.count)]), to: own)
    }
    return rank.level(self.draws, &random)
  }

  /// How many draws are below an event, and how many equal to it.
  private struct Rank {
    var below = 0
    var equal = 0

    mutating func add(_ draw: Double, to event: Double) {
      if draw < event { below += 1 } else if draw == event { equal += 1 }
    }

    /// Uniform over what the rank leaves open; never 0 or 1.
    func level(_ draws: Int, _ random: inout RandomStream) -> Double {
      (Double(below) + (random.uniform() + 0x1p-54) * Double(1 + equal)) / Double(draws + 1)
    }
  }
}
