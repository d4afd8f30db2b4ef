/// The rows of one of two samples, in memory: features, then context.
struct ComparedRows: Sendable {
  let name: String
  /// Of the features.
  let columns: [String]
  let units: [String?]
  /// N × (D + C), row-major, of all events.
  let values: [Double]
  /// D + C.
  let width: Int
  /// The numbers of the rows that are compared: all, or those that their weights keep.
  let kept: [Int]
  let notes: [String]

  /// - Parameters:
  ///   - columns: the order of the features, by their names; nil takes that of the source.
  ///   - seed: decides which rows are kept where there are weights.
  init(_ source: some EventSource, columns: [String]? = nil, seed: UInt64) throws(FlowError) {
    let order = try Self.order(of: source, columns ?? source.columns)
    let contents = try source.contents()
    let (dimension, context) = (source.dimension, source.contextDimension)
    let (width, count) = (dimension + context, source.count)
    values = [Double](unsafeUninitializedCapacity: count * width) { values, size in
      for row in 0..<count {
        for (place, column) in order.enumerated() {
          values.initializeElement(at: row * width + place, to: contents.events[row * dimension + column])
        }
        for column in 0..<context {
          values.initializeElement(
            at: row * width + dimension + column, to: contents.context[row * context + column])
        }
      }
      size = count * width
    }
    self.width = width
    name = source.place
    self.columns = order.map { source.columns[$0] }
    units = order.map { source.units[$0] }
    guard let weights = contents.weights else {
      (kept, notes) = (Array(0..<count), [])
      return
    }
    kept = try Self.unweighted(weights, seed: seed, name)
    notes = [
      "\(name): of \(count) weighted rows \(kept.count) were kept at random, each with a probability proportional to its weight"
    ]
  }

  private static func order(of source: some EventSource, _ columns: [String]) throws(FlowError) -> [Int] {
    var order: [Int] = []
    for column in columns {
      guard let index = source.columns.firstIndex(of: column) else {
        throw FlowError(
          .data, "\(source.place) has no column '\(column)'; it has \(source.columns.joined(separator: ", "))")
      }
      order.append(index)
    }
    guard order.count == source.columns.count else {
      let others = source.columns.filter { !columns.contains($0) }
      throw FlowError(.data, "the other sample has no column '\(others[0])' of \(source.place)")
    }
    return order
  }

  /// Rows each of which is kept with a probability proportional to its weight: independent draws of the distribution that the
  /// weighted rows stand for, so that tests of such draws hold.
  private static func unweighted(_ weights: [Double], seed: UInt64, _ name: String) throws(FlowError) -> [Int] {
    let largest = weights.max() ?? 0
    let kept = weights.indices.filter { row in
      var random = RandomStream(seed: seed, purpose: .weights, index: UInt64(row))
      return random.uniform() * largest < weights[row]
    }
    guard !kept.isEmpty else { throw FlowError(.data, "\(name): all weights are 0") }
    return kept
  }

  /// The numbers of at most so many of the kept rows, chosen at random and in order.
  func chosen(atMost most: Int, seed: UInt64) -> [Int] {
    guard kept.count > most else { return kept }
    var choice = SelectionSampling(most, of: kept.count, seed: seed, purpose: .rows)
    return kept.filter { _ in choice.takesNext() }
  }

  /// The values of some rows.
  func rows(_ numbers: [Int]) -> [Double] {
    [Double](unsafeUninitializedCapacity: numbers.count * width) { result, count in
      for number in numbers {
        for value in values[(number * width)..<((number + 1) * width)] {
          result.initializeElement(at: count, to: value)
          count += 1
        }
      }
    }
  }

  /// One column of the kept rows.
  func column(_ index: Int) -> [Double] { kept.map { values[$0 * width + index] } }
}

/// Means and standard deviations of columns.
struct ColumnScales: Sendable, Codable, Equatable {
  let means, deviations: [Double]

  /// Of the rows of both samples together; a constant column has the deviation 0.
  init(_ samples: [[Double]], width: Int) {
    var moments = [RunningMoments](repeating: RunningMoments(), count: width)
    for sample in samples {
      for (index, value) in sample.enumerated() { moments[index % width].add(value) }
    }
    means = moments.map { $0.mean ?? 0 }
    deviations = moments.map { moments in
      guard let deviation = moments.standardDeviation, let mean = moments.mean else { return 0 }
      // What rounding leaves of a constant is none.
      return deviation > 1e-13 * abs(mean) ? deviation : 0
    }
  }

  /// (x − mean)/σ of each value, 0 of a constant column.
  func standardized(_ rows: [Double]) -> [Double] {
    let width = means.count
    return rows.indices.map { index in
      let column = index % width
      return deviations[column] > 0 ? (rows[index] - means[column]) / deviations[column] : 0
    }
  }
}
