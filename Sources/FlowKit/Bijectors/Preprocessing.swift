/// A bijector without trainable parameters that maps raw events, still in Double, to those that the flow's layers see.
///
/// Raw values are mapped in Double so that a time stamp of 1.6e9 ± 100 s keeps its digits in a Float build. Rows are
/// events, row-major.
public protocol Preprocessing: Bijector {
  /// Maps events in place and adds the log|det| of each.
  ///
  /// - Parameter firstEvent: the number of the first event in its data; only a map that draws random numbers needs it.
  func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double])

  /// The inverse map, in place.
  func inverse(rows: inout [Double])

  /// The events for which the map is not defined, each with the first feature at fault; by default those with a value
  /// outside `domain`. The map leads them to numbers without a meaning, and whoever scores them reports −∞.
  func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)]

  /// What the map does, in words, such as `logit of e (0..1)`; by default its name.
  func summary(columns: [String]) -> String
}

extension Preprocessing {
  /// Maps all events of their data.
  public func forward(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    forward(rows: &rows, firstEvent: 0, addingTo: &logDeterminants)
  }

  public func undefinedEvents(in rows: [Double]) -> [(event: Int, feature: Int)] {
    let domain = domain
    guard domain.contains(where: { $0 != .real }) else { return [] }
    return undefinedEvents(in: rows) { domain[$1].contains($0) }
  }

  func undefinedEvents(
    in rows: [Double], where isDefined: (_ x: Double, _ feature: Int) -> Bool
  ) -> [(event: Int, feature: Int)] {
    (0..<(rows.count / dimension)).compactMap { event in
      let start = event * dimension
      return (0..<dimension).first { !isDefined(rows[start + $0], $0) }.map { (event, $0) }
    }
  }

  public func summary(columns: [String]) -> String { Self.layerName }

  /// The map's name and the columns that it changes, where it leaves others alone.
  func summary(columns: [String], changed: (Int) -> Bool) -> String {
    let names = columns.indices.filter(changed).map { columns[$0] }
    return names.count == columns.count ? Self.layerName : "\(Self.layerName) \(names.joined(separator: ", "))"
  }
}

extension [any Preprocessing] {
  /// Applies the maps one after the other; `undefined` hears of each event that a map is not defined for.
  func forward(
    rows: inout [Double], firstEvent: Int = 0, addingTo logDeterminants: inout [Double],
    undefined: (_ event: Int, _ feature: Int, _ layer: any Preprocessing) -> Void = { _, _, _ in }
  ) {
    for layer in self {
      for (event, feature) in layer.undefinedEvents(in: rows) { undefined(event, feature, layer) }
      layer.forward(rows: &rows, firstEvent: firstEvent, addingTo: &logDeterminants)
    }
  }

  /// What they do, in words; `none` where there are none.
  func summary(columns: [String]) -> String {
    isEmpty ? "none" : map { $0.summary(columns: columns) }.joined(separator: "; ")
  }
}
