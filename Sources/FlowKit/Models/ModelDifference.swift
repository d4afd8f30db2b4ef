/// How two models differ, in words and numbers.
package struct ModelDifference: Sendable, Encodable {
  /// Whether they give the same densities: equal architecture and parameters.
  package var sameFlow: Bool
  /// A line for each respect in which they differ: what it is, and how.
  package var differences: [Line]
  /// √(Σ (a − b)² / n) over the parameters; nil where these do not correspond.
  package var parameterDistance: Double?
  package var largestParameterDifference: Double?

  package struct Line: Sendable, Encodable, Equatable {
    package var what: String
    package var how: String
  }

  package init(_ first: Model, _ second: Model) throws(FlowError) {
    (sameFlow, differences) = (true, [])
    try compareArchitectures(first, second)
    compareParameters(first, second)
    sameFlow = differences.isEmpty
    compare("columns", Self.columns(first), Self.columns(second))
    for (name, key) in [
      ("data", "data"), ("training rows", "training_rows"), ("data contents", "data_digest"),
      ("validation", "validation"), ("validation rows", "validation_rows"),
      ("validation contents", "validation_digest"),
      ("training options", "training_options"), ("stopped", "stopped"),
    ] { compare(name, Self.text(first.provenance[key]), Self.text(second.provenance[key])) }
    compareHistories(first.history, second.history)
  }

  private mutating func compare(_ what: String, _ first: String, _ second: String) {
    if first != second { differences.append(Line(what: what, how: "\(first) | \(second)")) }
  }

  private mutating func compareArchitectures(_ first: Model, _ second: Model) throws(FlowError) {
    let (one, other) = (first.flow.architecture, second.flow.architecture)
    compare("layers", one.layerList, other.layerList)
    compare("base", one.base.text, other.base.text)
    guard differences.isEmpty, try one.jsonText() != other.jsonText() else { return }
    differences.append(Line(what: "architecture", how: "preprocessing, permutations or other constants differ"))
  }

  private mutating func compareParameters(_ first: Model, _ second: Model) {
    let shapes = first.flow.architecture.parameterShapes
    let others = second.flow.architecture.parameterShapes
    guard shapes.map(\.name) == others.map(\.name), shapes.map(\.dimensions) == others.map(\.dimensions) else {
      compare("parameters", "\(first.flow.parameters.count)", "\(second.flow.parameters.count)")
      return
    }
    let steps = zip(first.flow.parameters, second.flow.parameters).map { Double($0) - Double($1) }
    let distance = (steps.reduce(0) { $0 + $1 * $1 } / Double(max(1, steps.count))).squareRoot()
    var (offset, largest, place) = (0, 0.0, "")
    for shape in shapes {
      for step in steps[offset..<(offset + shape.count)] where abs(step) > largest {
        (largest, place) = (abs(step), shape.name)
      }
      offset += shape.count
    }
    (parameterDistance, largestParameterDifference) = (distance, largest)
    guard largest > 0 || distance.isNaN else { return }
    let changed = steps.count { $0 != 0 }
    differences.append(
      Line(
        what: "parameters",
        how: "\(changed) of \(steps.count) differ, root mean square \(distance), largest \(largest) in \(place)"))
  }

  private mutating func compareHistories(_ first: [EpochReport], _ second: [EpochReport]) {
    compare("epochs", "\(first.count)", "\(second.count)")
    compare("best loss", Self.best(first), Self.best(second))
    let parting = zip(first, second).first { $0.train != $1.train || $0.valid != $1.valid }
    if let parting { differences.append(Line(what: "losses", how: "differ from epoch \(parting.0.epoch) on")) }
  }

  private static func best(_ history: [EpochReport]) -> String {
    history.map { $0.valid ?? $0.train }.min().map { "\($0)" } ?? "none"
  }

  private static func columns(_ model: Model) -> String {
    let context = model.contextColumns.isEmpty ? "" : " given \(model.contextColumns.joined(separator: ", "))"
    return model.columns.joined(separator: ", ") + context
  }

  private static func text(_ value: MetadataValue?) -> String {
    switch value {
    case .text(let text): text
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .none: "not recorded"
    case .some(let other): "\(other)"
    }
  }
}
