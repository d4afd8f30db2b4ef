// Between row-major events and tiles.

extension Tile {
  /// Events per tile. Fixed, so that an event's result has the same bits in whatever company it is computed: the
  /// kernels of a matrix product may depend on its width.
  static let fullWidth = 128

  /// How many tiles hold `count` events.
  static func tiles(for count: Int) -> Int { (count + fullWidth - 1) / fullWidth }

  /// The width of a tile for `count` events, at most a full one: a full one, or the least where products give an event the
  /// same bits at any width.
  static func width(for count: Int) -> Int { Products.dependOnWidth ? fullWidth : max(1, (count + 15) / 16) * 16 }

  /// A tile of row-major events, for as many events as a full tile holds at most; the last one fills the padding, which
  /// keeps it inside the domain. One row stands for all `count` of them.
  public init(rows: ArraySlice<Double>, features: Int, count: Int? = nil, pool: TilePool) {
    let given = features == 0 ? 0 : rows.count / features
    self.init(features: features, width: Self.width(for: count ?? given), pool: pool)
    rows.withUnsafeBufferPointer { rows in
      fill { feature, event in Scalar(rows[min(event, given - 1) * features + feature]) }
    }
  }

  /// Writes every value.
  @inline(__always)
  mutating func fill(_ value: (_ feature: Int, _ event: Int) -> Scalar) {
    for feature in 0..<features {
      withMutableRow(feature) { row in
        for event in row.indices { row[event] = value(feature, event) }
      }
    }
  }

  /// The first `count` events, row-major.
  public func rows(count: Int) -> [Double] {
    precondition(count <= width, "\(count) events of a tile of \(width)")
    var rows = [Double](repeating: 0, count: count * features)
    for feature in 0..<features {
      withRow(feature) { row in
        for event in 0..<count { rows[event * features + feature] = Double(row[event]) }
      }
    }
    return rows
  }
}
