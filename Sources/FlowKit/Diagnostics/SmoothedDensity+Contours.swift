extension SmoothedDensity {
  /// A closed line along which the density has a level.
  public struct Contour: Sendable {
    /// In the columns' units; the last point is the first.
    public let points: [(x: Double, y: Double)]
    /// What it encloses, in units of the picture: 1 is all of it.
    public let area: Double
    /// Whether the density is lower inside.
    public let isHole: Bool
  }

  /// The lines along which the density has `level`, the largest first: a hole comes behind what it is cut from.
  ///
  /// Marching squares over the centres of the bins, with straight interpolation; beyond the grid the density is 0, so that every line
  /// is closed.
  public func contours(at level: Double) -> [Contour] {
    guard level > 0 else { return [] }
    var next: [Edge: Edge] = [:]
    for row in -1..<size {
      for column in -1..<size {
        for (from, to) in segments(column, row, level) { next[from] = to }
      }
    }
    var contours: [Contour] = []
    // In a fixed order: dictionaries have none.
    for start in next.keys.sorted() {
      guard var edge = next.removeValue(forKey: start) else { continue }
      var line = [point(start, level)]
      while edge != start, let following = next.removeValue(forKey: edge) {
        line.append(point(edge, level))
        edge = following
      }
      line.append(line[0])
      // Counterclockwise around what is higher.
      let area = area(of: line)
      contours.append(Contour(points: line, area: area.magnitude, isHole: area < 0))
    }
    return contours.sorted { $0.area > $1.area }
  }

  /// An edge between the centres of two neighbouring bins: from (column, row) to the right or upwards.
  private struct Edge: Hashable, Comparable {
    let row, column: Int
    let isUpwards: Bool

    static func < (a: Edge, b: Edge) -> Bool {
      (a.row, a.column, a.isUpwards ? 1 : 0) < (b.row, b.column, b.isUpwards ? 1 : 0)
    }
  }

  private func value(_ column: Int, _ row: Int) -> Double {
    (0..<size).contains(column) && (0..<size).contains(row) ? values[row * size + column] : 0
  }

  /// The lines through a square of four centres, the higher density to their left: each ends where the next begins.
  private func segments(_ column: Int, _ row: Int, _ level: Double) -> [(Edge, Edge)] {
    let corners = [value(column, row), value(column + 1, row), value(column + 1, row + 1), value(column, row + 1)]
    let inside = corners.map { $0 >= level }
    guard inside.contains(true), inside.contains(false) else { return [] }
    let edges = [
      Edge(row: row, column: column, isUpwards: false), Edge(row: row, column: column + 1, isUpwards: true),
      Edge(row: row + 1, column: column, isUpwards: false), Edge(row: row, column: column, isUpwards: true),
    ]
    // Around the square, a line leaves where the density falls below the level and enters where it rises above it.
    let leaving = (0..<4).filter { inside[$0] && !inside[($0 + 1) % 4] }
    let entering = (0..<4).filter { !inside[$0] && inside[($0 + 1) % 4] }
    guard leaving.count == 2 else { return [(edges[leaving[0]], edges[entering[0]])] }
    // A saddle: the mean says whether its high corners are joined.
    let areJoined = corners.reduce(0, +) / 4 >= level
    return leaving.map { side in
      (edges[side], edges[entering.first { areJoined ? $0 == (side + 1) % 4 : $0 == (side + 3) % 4 }!])
    }
  }

  private func point(_ edge: Edge, _ level: Double) -> (x: Double, y: Double) {
    let (from, to) = (
      value(edge.column, edge.row),
      edge.isUpwards ? value(edge.column, edge.row + 1) : value(edge.column + 1, edge.row)
    )
    let part = (level - from) / (to - from)
    let (column, row) = (
      Double(edge.column) + 0.5 + (edge.isUpwards ? 0 : part), Double(edge.row) + 0.5 + (edge.isUpwards ? part : 0)
    )
    return (
      xRange.lowerBound + column / Double(size) * xRange.width, yRange.lowerBound + row / Double(size) * yRange.width
    )
  }

  private func area(of line: [(x: Double, y: Double)]) -> Double {
    var twice = 0.0
    for (a, b) in zip(line, line.dropFirst()) {
      twice += (a.x - line[0].x) * (b.y - line[0].y) - (b.x - line[0].x) * (a.y - line[0].y)
    }
    return (twice / 2 / xRange.width / yRange.width)
  }
}
