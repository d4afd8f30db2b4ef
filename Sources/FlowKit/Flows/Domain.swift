// Where events lie outside the domain of a map: there a flow has no density, and a fit no loss.

/// An event outside a domain, by the first of its features that is.
public struct OutsideEvent: Sendable, Equatable {
  /// The number of the event.
  public let event: Int
  public let feature: Int
}

extension [Interval] {
  /// Whether every feature may have any value.
  var isEverything: Bool { allSatisfy { $0 == .real } }

  /// The events of row-major `rows` with a value that is not inside its feature's interval; a NaN is not, nor is an
  /// infinity.
  func eventsOutside(_ rows: [Double]) -> [OutsideEvent] {
    (0..<(rows.count / count)).compactMap { event in
      let feature = indices.first { !self[$0].contains(rows[event * count + $0]) }
      return feature.map { OutsideEvent(event: event, feature: $0) }
    }
  }
}

extension Architecture {
  /// The events, in the data's own units, that the preprocessing carries outside the chain's domain: their log-density
  /// is −∞. None where the chain takes every number.
  public func eventsOutsideDomain(_ events: [Double]) -> [OutsideEvent] {
    guard !chain.domain.isEverything else { return [] }
    var rows = events
    var unused = [Double](repeating: 0, count: events.count / dimension)
    for layer in preprocessing { layer.forward(rows: &rows, addingTo: &unused) }
    return chain.domain.eventsOutside(rows)
  }

  /// Throws where an event of `data` is outside the chain's domain, naming the column, how many rows, and the first.
  public func checkDomain(of data: EventSet) throws(FlowError) {
    let outside = eventsOutsideDomain(data.events.events)
    guard let first = outside.first else { return }
    let (interval, column) = (chain.domain[first.feature], data.columns[first.feature])
    let value = data.events.events[first.event * dimension + first.feature]
    let count = outside.count
    throw FlowError(
      .data,
      "\(data.location): \(count) row\(count == 1 ? " has" : "s have") values outside the domain of the layers, first "
        + "\(value) in row \(data.tableRow(of: first.event)), column '\(column)', where \(chain.layers[0].layerList) "
        + "takes \(interval.lower) < x < \(interval.upper); leave such rows out, or begin with another layer")
  }
}
