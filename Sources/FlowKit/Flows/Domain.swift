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
  /// The events, in the data's own units, with a value that the preprocessing is not defined for, or that it carries
  /// outside the chain's domain: their log-density is −∞.
  public func eventsOutsideDomain(_ events: [Double]) -> [OutsideEvent] {
    var (rows, found) = (events, [Int: OutsideEvent]())
    func note(_ event: Int, _ feature: Int) {
      if found[event] == nil { found[event] = OutsideEvent(event: event, feature: feature) }
    }
    var unused = [Double](repeating: 0, count: events.count / dimension)
    preprocessing.forward(rows: &rows, addingTo: &unused) { event, feature, _ in note(event, feature) }
    if !chain.domain.isEverything { for each in chain.domain.eventsOutside(rows) { note(each.event, each.feature) } }
    return found.values.sorted { $0.event < $1.event }
  }

  /// Throws where the base has mass that the layers never reach: the density would integrate to less than 1.
  func checkSupport() throws(FlowError) {
    for (feature, (support, image)) in zip(base.support, chain.image(of: chain.domain)).enumerated()
    where !image.contains(support) {
      throw FlowError(
        .architecture,
        "the layers lead feature \(feature) to values from \(image.lower) to \(image.upper), but the base \(base.text) has "
          + "mass outside, so the density would not integrate to 1; end with a layer that maps onto all numbers, such as "
          + "monotone(logit) after monotone(sigmoid)", fix: .boundBase)
    }
  }

  /// Throws where an event of `data` is outside the chain's domain, naming the column, how many rows, and the first.
  public func checkDomain(of data: EventSet) throws(FlowError) {
    var (count, first) = (0, (feature: 0, value: 0.0, row: 0))
    try data.forEachBlock { block in
      let outside = eventsOutsideDomain(block.events.events)
      if count == 0, let found = outside.first {
        let value = block.events.events[found.event * dimension + found.feature]
        first = (found.feature, value, block.tableRows[found.event])
      }
      count += outside.count
    }
    guard count > 0 else { return }
    let (interval, column) = (chain.domain[first.feature], data.columns[first.feature])
    throw FlowError(
      .data,
      "\(data.location): \(count) row\(count == 1 ? " has" : "s have") values outside the domain of the layers, first "
        + "\(first.value) in row \(first.row), column '\(column)', where \(chain.layers[0].layerList) "
        + "takes \(interval.lower) < x < \(interval.upper); leave such rows out, or begin with another layer")
  }
}
