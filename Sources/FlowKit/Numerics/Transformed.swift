/// The value of a bijector: the mapped events and the logarithm of how much volume they gained.
public struct Transformed {
  public var values: Tile
  public var logDeterminant: LogDeterminant

  public init(_ values: Tile, _ logDeterminant: LogDeterminant = .zero) {
    self.values = values
    self.logDeterminant = logDeterminant
  }
}

/// log|det J| of each event: what all events share, in Double, plus a row of what differs between them.
public struct LogDeterminant {
  public var constant: Double
  /// One row, or nil for a map of constant volume change.
  public var perEvent: Tile?

  public static var zero: LogDeterminant { LogDeterminant() }

  public init(constant: Double = 0, perEvent: Tile? = nil) {
    precondition(perEvent == nil || perEvent!.features == 1, "a log-determinant has one row")
    self.constant = constant
    self.perEvent = perEvent
  }

  /// The log-determinant of two maps in succession.
  public mutating func add(_ other: LogDeterminant) {
    constant += other.constant
    guard let row = other.perEvent else { return }
    if perEvent == nil { perEvent = row } else { perEvent!.add(row) }
  }

  /// Adds the value of each event.
  func add(to sums: UnsafeMutableBufferPointer<Double>) {
    for event in sums.indices { sums[event] += constant }
    perEvent?.withRow(0) { row in
      for event in sums.indices { sums[event] += Double(row[event]) }
    }
  }

  /// The value for one event.
  public func value(of event: Int) -> Double { constant + (perEvent.map { Double($0[0, event]) } ?? 0) }
}
