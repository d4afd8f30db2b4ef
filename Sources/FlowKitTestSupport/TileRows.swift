import FlowKit

// Between row-major arrays and tiles.

extension TilePool {
  /// A tile of rows; the padding repeats the last event, which keeps it inside the domain, unless a value is given.
  func tile(_ rows: [Scalar], features: Int, padding: Scalar? = nil) -> Tile {
    let count = rows.count / features
    precondition(count > 0 && rows.count == count * features, "\(rows.count) values in rows of \(features)")
    var tile = Tile(features: features, width: (count + 15) / 16 * 16, pool: self)
    for feature in 0..<features {
      tile.withMutableRow(feature) { row in
        for event in row.indices {
          row[event] =
            event < count
            ? rows[event * features + feature] : padding ?? rows[(count - 1) * features + feature]
        }
      }
    }
    return tile
  }
}

extension Tile {
  /// The first `count` events, row-major.
  func rows(count: Int) -> [Scalar] {
    (0..<count).flatMap { event in (0..<features).map { self[$0, event] } }
  }
}
