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
    let counts = (first.members.count, second.members.count)
    compare("members", "\(counts.0)", "\(counts.1)")
    var steps: [Double]? = counts.0 == counts.1 ? [] : nil
    for (index, members) in zip(first.members, second.members).enumerated() {
      let prefix = max(counts.0, counts.1) > 1 ? "member \(index): " : ""
      try compareArchitectures(members.0.flow.architecture, members.1.flow.architecture, prefix)
      let own = compareParameters(members.0.flow, members.1.flow, prefix)
      steps = own.flatMap { own in steps.map { $0 + own } }
    }
    try compareEncoders(first.encoding, second.encoding)
    if let steps {
      parameterDistance = Self.rootMeanSquare(steps)
      largestParameterDifference = steps.reduce(0) { max($0, abs($1)) }
    }
    sameFlow = differences.isEmpty
    compare("columns", Self.columns(first), Self.columns(second))
    for (name, key) in [
      ("data", "data"), ("training rows", "training_rows"), ("data contents", "data_digest"),
      ("validation", "validation"), ("validation rows", "validation_rows"),
      ("validation contents", "validation_digest"),
      ("training options", "training_options"), ("stopped", "stopped"),
    ] { compare(name, Self.text(first.provenance[key]), Self.text(second.provenance[key])) }
    for (index, members) in zip(first.members, second.members).enumerated() {
      let prefix = max(counts.0, counts.1) > 1 ? "member \(index): " : ""
      compareHistories(members.0.history, members.1.history, prefix)
    }
  }

  private mutating func compare(_ what: String, _ first: String, _ second: String) {
    if first != second { differences.append(Line(what: what, how: "\(first) | \(second)")) }
  }

  private mutating func compareArchitectures(
    _ one: Architecture, _ other: Architecture, _ prefix: String
  ) throws(FlowError) {
    let before = differences.count
    compare(prefix + "layers", one.layerList, other.layerList)
    compare(prefix + "base", one.base.text, other.base.text)
    guard differences.count == before, try one.jsonText() != other.jsonText() else { return }
    differences.append(
      Line(what: prefix + "architecture", how: "preprocessing, permutations or other constants differ"))
  }

  /// Compares the parameters; returns their differences, nil where these do not correspond.
  private mutating func compareParameters(_ first: Flow, _ second: Flow, _ prefix: String) -> [Double]? {
    let (shapes, others) = (first.architecture.parameterShapes, second.architecture.parameterShapes)
    guard shapes.map(\.name) == others.map(\.name), shapes.map(\.dimensions) == others.map(\.dimensions) else {
      compare(prefix + "parameters", "\(first.parameters.count)", "\(second.parameters.count)")
      return nil
    }
    let steps = zip(first.parameters, second.parameters).map { Double($0) - Double($1) }
    let distance = Self.rootMeanSquare(steps)
    var (offset, largest, place) = (0, 0.0, "")
    for shape in shapes {
      for step in steps[offset..<(offset + shape.count)] where abs(step) > largest {
        (largest, place) = (abs(step), shape.name)
      }
      offset += shape.count
    }
    guard largest > 0 || distance.isNaN else { return steps }
    let changed = steps.count { $0 != 0 }
    differences.append(
      Line(
        what: prefix + "parameters",
        how: "\(changed) of \(steps.count) differ, root mean square \(distance), largest \(largest) in \(place)"))
    return steps
  }

  private static func rootMeanSquare(_ steps: [Double]) -> Double {
    (steps.reduce(0) { $0 + $1 * $1 } / Double(max(1, steps.count))).squareRoot()
  }

  private mutating func compareHistories(_ first: [EpochReport], _ second: [EpochReport], _ prefix: String) {
    compare(prefix + "epochs", "\(first.count)", "\(second.count)")
    compare(prefix + "best loss", Self.best(first), Self.best(second))
    let parting = zip(first, second).first { $0.train != $1.train || $0.valid != $1.valid }
    if let parting { differences.append(Line(what: prefix + "losses", how: "differ from epoch \(parting.0.epoch) on")) }
  }

  private static func best(_ history: [EpochReport]) -> String {
    history.map { $0.valid ?? $0.train }.min().map { "\($0)" } ?? "none"
  }

  private static func columns(_ model: Model) -> String {
    let context = model.contextColumns.isEmpty ? "" : " given \(model.contextColumns.joined(separator: ", "))"
    let dependent = model.dependent.texts(model.columns).map { "; \($0)" }.joined()
    return model.columns.joined(separator: ", ") + dependent + context
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

extension ModelDifference {
  fileprivate mutating func compareEncoders(
    _ first: Model.Encoding?, _ second: Model.Encoding?
  ) throws(FlowError) {
    guard let first, let second else {
      let there = (first ?? second).map { "\($0.encoder.latentDimension) latents" } ?? "none"
      if first != nil { differences.append(Line(what: "encoder", how: "\(there) | none")) }
      if second != nil { differences.append(Line(what: "encoder", how: "none | \(there)")) }
      return
    }
    if first.objective != second.objective {
      differences.append(Line(what: "encoder's objective", how: "\(first.objective.text) | \(second.objective.text)"))
    }
    if first.classes != second.classes {
      let counts = [first, second].map { $0.classes.map { "\($0.classes.count) of '\($0.label)'" } ?? "none" }
      let how = counts[0] == counts[1] ? "their labels or counts differ" : "\(counts[0]) | \(counts[1])"
      differences.append(Line(what: "classes of the latents", how: how))
    }
    let (one, other) = (first.encoder, second.encoder)
    guard try one.architecture.jsonText() == other.architecture.jsonText() else {
      let texts = [one, other].map { encoder in
        let decoder = encoder.architecture.decoder.map { ", decoder \($0.text)" } ?? ""
        let posterior =
          encoder.architecture.posterior.map { ", posterior \(LayerList.describing($0.layers))" } ?? ""
        return "\(encoder.latentDimension) latents, encoder \(encoder.architecture.encoder.text)\(decoder)\(posterior)"
      }
      let how = texts[0] == texts[1] ? "the scales of the columns differ" : "\(texts[0]) | \(texts[1])"
      differences.append(Line(what: "encoder", how: how))
      return
    }
    let steps = zip(one.parameters, other.parameters).map { abs(Double($0) - Double($1)) }
    let changed = steps.count { $0 != 0 }
    guard changed > 0 else { return }
    differences.append(
      Line(what: "encoder's parameters", how: "\(changed) of \(steps.count) differ, largest \(steps.max() ?? 0)"))
  }
}
