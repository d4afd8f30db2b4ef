/// The steps that each event takes along [0, 1], by itself.
///
/// A step has the size 2⁻ᵏ and begins at a multiple of that. So the steps are the same for neighbouring events but where the error estimate
/// passes a bound, and the solution is a smooth function of the event and the parameters in between.
struct StepControl {
  /// Which way time runs.
  enum Direction {
    /// From t = 1 to 0.
    case toBase
    /// From t = 0 to 1.
    case toData
  }

  /// The interval in units of the smallest step.
  private static let length = 1 << 12
  private static let firstSize = length / 8
  /// How many times the error of a step is that of one of twice the size, nearly: 2⁵.
  private static let errorOfDouble = 32.0
  private static let growingBelow = 0.8 / errorOfDouble

  private let direction: Direction
  /// How far each event has come, and the size of its next step; 0 where it is done.
  private var places: [Int]
  private var sizes: [Int]
  private(set) var failed: [Bool]
  /// How many steps each event has taken.
  private(set) var counts: [Int]

  init(_ direction: Direction, events: Int) {
    self.direction = direction
    places = Array(repeating: 0, count: events)
    sizes = Array(repeating: Self.firstSize, count: events)
    failed = Array(repeating: false, count: events)
    counts = Array(repeating: 0, count: events)
  }

  var isDone: Bool { sizes.allSatisfy { $0 == 0 } }

  /// Takes the estimated error of each event's step, in units of the tolerance; says whose steps hold.
  mutating func advance(_ errors: [Double]) -> [Bool] {
    sizes.indices.map { event in
      let (size, error) = (sizes[event], errors[event])
      guard size > 0 else { return false }
      guard error <= 1 else {
        failed[event] = size == 1
        sizes[event] = failed[event] ? 0 : max(1, size >> Self.halvings(error))
        return false
      }
      places[event] += size
      counts[event] += 1
      if places[event] == Self.length {
        sizes[event] = 0
      } else if error < Self.growingBelow, places[event] % (2 * size) == 0 {
        sizes[event] = 2 * size
      }
      return true
    }
  }

  /// How often a step is halved, at most three times, so that its error should hold.
  private static func halvings(_ error: Double) -> Int {
    if error <= errorOfDouble { return 1 }
    return error <= errorOfDouble * errorOfDouble ? 2 : 3
  }

  /// t where each event's step begins.
  func times(like tile: Tile) -> Tile {
    row(like: tile) { event in
      let way = Double(places[event]) / Double(Self.length)
      return direction == .toData ? way : 1 - way
    }
  }

  /// How much t changes by each event's step.
  func steps(like tile: Tile) -> Tile {
    row(like: tile) { event in
      let size = Double(sizes[event]) / Double(Self.length)
      return direction == .toData ? size : -size
    }
  }

  private func row(like tile: Tile, _ value: (_ event: Int) -> Double) -> Tile {
    var row = Tile(features: 1, like: tile)
    row.fill { _, event in Scalar(value(event)) }
    return row
  }
}
