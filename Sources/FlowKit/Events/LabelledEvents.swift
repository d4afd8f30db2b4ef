/// Events with what belongs to each: context and weight.
public struct LabelledEvents: Sendable, Equatable {
  /// N × D, row-major.
  public var events: [Double]
  /// N × C, row-major.
  public var context: [Double]
  public var weights: [Double]?

  public init(_ events: [Double], context: [Double] = [], weights: [Double]? = nil) {
    (self.events, self.context, self.weights) = (events, context, weights)
  }

  /// Of rows that hold the features, then the context.
  ///
  /// - Parameter width: the number of values in a row.
  init(interleaved rows: [Double], dimension: Int, width: Int) {
    guard width > dimension else {
      self.init(rows)
      return
    }
    self.init([])
    for start in stride(from: 0, to: rows.count, by: width) {
      events += rows[start..<(start + dimension)]
      context += rows[(start + dimension)..<(start + width)]
    }
  }

  /// Adds those of `other` behind.
  mutating func append(_ other: LabelledEvents) {
    events += other.events
    context += other.context
    weights? += other.weights ?? []
  }

  /// The events of these numbers, of D features and C context features.
  func selecting(_ indices: some Collection<Int>, dimension: Int, contextDimension: Int) -> LabelledEvents {
    func rows(_ values: [Double], _ width: Int) -> [Double] {
      [Double](unsafeUninitializedCapacity: indices.count * width) { result, count in
        for index in indices {
          for value in values[(index * width)..<((index + 1) * width)] {
            result.initializeElement(at: count, to: value)
            count += 1
          }
        }
      }
    }
    return LabelledEvents(
      rows(events, dimension), context: rows(context, contextDimension), weights: weights.map { rows($0, 1) })
  }

  /// Row by row the features, the context and the weight, as a table has them.
  func interleaved(dimension: Int, contextDimension: Int) -> [Double] {
    guard contextDimension > 0 || weights != nil else { return events }
    var rows: [Double] = []
    rows.reserveCapacity(events.count + context.count + (weights?.count ?? 0))
    for event in 0..<(events.count / dimension) {
      rows += events[(event * dimension)..<((event + 1) * dimension)]
      rows += context[(event * contextDimension)..<((event + 1) * contextDimension)]
      if let weights { rows.append(weights[event]) }
    }
    return rows
  }
}
