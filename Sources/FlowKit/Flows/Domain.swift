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

/// An event outside the domain, and the map that refuses it.
private struct Refusal {
  let event: Int
  let feature: Int
  let map: any Bijector
  let isPreprocessing: Bool

  init(_ event: Int, _ feature: Int, _ map: any Bijector, _ isPreprocessing: Bool) {
    (self.event, self.feature, self.map, self.isPreprocessing) = (event, feature, map, isPreprocessing)
  }

  var part: String { isPreprocessing ? "preprocessing" : "layers" }
  var remedy: String { isPreprocessing ? "preprocess them otherwise" : "begin with another layer" }

  var reason: String {
    let interval = map.domain[feature]
    return interval == .real
      ? "\(map.layerList) is not defined" : "\(map.layerList) takes \(interval.lower) < x < \(interval.upper)"
  }
}

extension Trainable {
  /// The events, in the data's own units, with a value that the preprocessing is not defined for, or that it carries
  /// outside the domain of the first map: a flow's log-density there is −∞.
  public func eventsOutsideDomain(_ events: [Double]) -> [OutsideEvent] {
    var rows = events
    return outside(of: &rows).map { OutsideEvent(event: $0.event, feature: $0.feature) }
  }

  /// Preprocesses events, and finds those that it or the first map is not defined for.
  private func outside(of rows: inout [Double]) -> [Refusal] {
    var found: [Int: Refusal] = [:]
    func note(_ event: Int, _ feature: Int, _ map: any Bijector, isPreprocessing: Bool) {
      if found[event] == nil { found[event] = Refusal(event, feature, map, isPreprocessing) }
    }
    var unused = [Double](repeating: 0, count: rows.count / dimension)
    preprocessing.forward(rows: &rows, addingTo: &unused) { event, feature, map in
      note(event, feature, map, isPreprocessing: true)
    }
    if let first = firstMap, !first.domain.isEverything {
      for each in first.domain.eventsOutside(rows) { note(each.event, each.feature, first, isPreprocessing: false) }
    }
    return found.values.sorted { $0.event < $1.event }
  }

  /// Throws where an event of `data` is outside the domain of the preprocessing or of the first map, naming the map that
  /// refuses it, the column, how many rows, and the first.
  public func checkDomain(of data: some EventSource) throws(FlowError) {
    try checkColumns(of: data)
    var (count, first) = (0, (value: 0.0, row: 0, refusal: Refusal?.none))
    try data.forEachBlock { block in
      var rows = block.events.events
      let refused = outside(of: &rows)
      if count == 0, let found = refused.first {
        first = (block.events.events[found.event * dimension + found.feature], block.row(of: found.event), found)
      }
      count += refused.count
    }
    guard let refusal = first.refusal else { return }
    throw FlowError(
      .data,
      "\(data.place): \(count) row\(count == 1 ? " has" : "s have") values outside the domain of the \(refusal.part), "
        + "first \(first.value) in row \(first.row), column '\(data.columns[refusal.feature])', where "
        + "\(refusal.reason); leave such rows out, or \(refusal.remedy)")
  }

  /// Throws where `data` have other numbers of features or of context features than training sees.
  func checkColumns(of data: some EventSource) throws(FlowError) {
    for (count, expected, what) in [
      (data.dimension, dimension, "features"), (data.contextDimension, contextDimension, "context features"),
    ] where count != expected {
      throw FlowError(.data, "\(data.place): \(count) \(what), but the flow has \(expected)")
    }
  }
}

extension Architecture {
  public var firstMap: (any Bijector)? { chain.layers.first }

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
}
