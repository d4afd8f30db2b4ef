// Rows of raw events, in Double, before and after the tile: the preprocessing is the outermost part of a flow.

extension FlowPass {
  /// Row-major events of one tile, as their data have them, and the number of the first in its data.
  struct Rows {
    var values: [Double]
    var first: Int

    init(_ values: ArraySlice<Double>, first: Int = 0) { (self.values, self.first) = (Array(values), first) }
  }

  /// What tiles see of a context: its rows preprocessed. One row stands for all `count` events.
  static func context(
    _ rows: ArraySlice<Double>, for count: Int, _ architecture: Architecture, _ pool: TilePool
  ) -> Tile? {
    guard architecture.contextDimension > 0 else { return nil }
    var rows = Array(rows)
    var unused = [Double](repeating: 0, count: rows.count / architecture.contextDimension)
    architecture.contextPreprocessing.forward(rows: &rows, addingTo: &unused)
    return Tile(rows: rows[...], features: architecture.contextDimension, count: count, pool: pool)
  }

  /// log p of raw events: −∞ outside the domain, where a value is infinite, and where the numbers of tiles end; NaN for a NaN.
  func logDensities(of rows: Rows, _ pool: TilePool) -> [Double] {
    let prepared = preprocessed(rows)
    let x = tile(prepared.rows, pool)
    var values = logDensitiesWithoutBroad(of: x)
    let count = prepared.logDeterminants.count
    if values[..<count].contains(where: \.isNaN) {
      for event in overflowing(prepared.rows, Array(values[..<count]), pool) { values[event] = -.infinity }
    }
    if let broad = architecture.broad {
      values = broad.mixed(values, with: broad.logDensities(of: x, after: architecture.scaling))
    }
    values.removeLast(values.count - count)
    for event in 0..<count { values[event] += prepared.logDeterminants[event] }
    for event in prepared.outside { values[event] = -.infinity }
    for (event, value) in Self.unbounded(rows.values, dimension: architecture.dimension) { values[event] = value }
    return values
  }

  /// log p of raw events and ∂ log p/∂x, N × D; the derivative is NaN where log p is not finite.
  func logDensitiesWithGradients(of rows: Rows, _ pool: TilePool) -> (values: [Double], gradients: [Double]) {
    let dimension = architecture.dimension
    var values = rows.values
    let count = values.count / dimension
    var logDeterminants = [Double](repeating: 0, count: count)
    let unbounded = Self.unbounded(values, dimension: dimension)
    let outside = Set(preprocessed(rows).outside)
    let pullBackRows = architecture.preprocessing.forwardWithPullback(
      rows: &values, firstEvent: rows.first, addingTo: &logDeterminants)
    let x = tile(values, pool)
    var (densities, pullback) = logDensitiesWithPullback(of: x)
    var gradient = Gradient(count: pass.parameters.count)
    var cotangents = pullback(Tile(features: 1, like: x, filledWith: 1), &gradient).rows(count: count)
    pullBackRows(&cotangents, Array(repeating: 1, count: count))
    densities.removeLast(densities.count - count)
    for event in 0..<count { densities[event] += logDeterminants[event] }
    for event in outside { densities[event] = -.infinity }
    for (event, value) in unbounded { densities[event] = value }
    for event in 0..<count where !densities[event].isFinite {
      for feature in 0..<dimension { cotangents[event * dimension + feature] = .nan }
    }
    return (densities, cotangents)
  }

  /// Where log p of raw events first leaves the finite numbers.
  func nonFinitePlace(of rows: Rows, _ pool: TilePool) -> String {
    firstNonFinite(tile(preprocessed(rows).rows, pool)) ?? "the base distribution's log-density is not finite"
  }

  /// z of raw events, N × D.
  func latents(of rows: Rows, _ pool: TilePool) -> [Double] {
    let prepared = preprocessed(rows)
    return latent(of: tile(prepared.rows, pool)).values.rows(count: prepared.logDeterminants.count)
  }

  /// Raw events x of row-major z.
  func events(from rows: ArraySlice<Double>, _ pool: TilePool) throws(FlowError) -> [Double] {
    try raw(
      events(from: Tile(rows: rows, features: architecture.dimension, pool: pool)).values,
      rows.count / architecture.dimension)
  }

  /// Raw events drawn from the flow: the first `count` ≤ a tile's width of `random`.
  func samples(_ count: Int, from random: EventRandom, _ pool: TilePool) throws(FlowError) -> [Double] {
    var z = Tile(features: architecture.dimension, width: Tile.width(for: count), pool: pool)
    architecture.base.sample(into: &z, baseParameters, from: random)
    z.repeatEvent(count - 1)
    var x = try events(from: z).values
    architecture.broad?.draw(into: &x, count, from: random, after: architecture.scaling)
    return raw(x, count)
  }

  private func raw(_ x: Tile, _ count: Int) -> [Double] {
    var rows = x.rows(count: count)
    var unused = [Double](repeating: 0, count: count)
    architecture.preprocessing.inverse(rows: &rows, addingTo: &unused)
    return rows
  }

  func tile(_ rows: [Double], _ pool: TilePool) -> Tile {
    Tile(rows: rows[...], features: architecture.dimension, pool: pool)
  }

  // MARK: Events without a density

  func preprocessed(_ rows: Rows) -> (rows: [Double], logDeterminants: [Double], outside: [Int]) {
    let domain = architecture.chain.domain
    var (values, outside) = (rows.values, Set<Int>())
    var logDeterminants = [Double](repeating: 0, count: values.count / architecture.dimension)
    architecture.preprocessing.forward(rows: &values, firstEvent: rows.first, addingTo: &logDeterminants) {
      event, _, _ in
      outside.insert(event)
    }
    if !domain.isEverything { for each in domain.eventsOutside(values) { outside.insert(each.event) } }
    let largest = Double(Scalar.greatestFiniteMagnitude)
    if !values.allSatisfy({ abs($0) <= largest }) {
      for (index, value) in values.enumerated() where abs(value) > largest {
        outside.insert(index / architecture.dimension)
      }
    }
    return (values, logDeterminants, Array(outside))
  }

  /// The events of a block that have no finite density, by number, and what is reported for them.
  private static func unbounded(_ rows: [Double], dimension: Int) -> [(Int, Double)] {
    guard !rows.allSatisfy(\.isFinite) else { return [] }
    return (0..<(rows.count / dimension)).compactMap { event in
      let row = rows[(event * dimension)..<((event + 1) * dimension)]
      if row.contains(where: \.isNaN) { return (event, .nan) }
      return row.contains(where: \.isInfinite) ? (event, -.infinity) : nil
    }
  }
}

extension Tile {
  /// Makes all events from `event` on the same.
  mutating func repeatEvent(_ event: Int) {
    guard event < width - 1 else { return }
    for feature in 0..<features {
      withMutableRow(feature) { row in row[event...].update(repeating: row[event]) }
    }
  }
}
