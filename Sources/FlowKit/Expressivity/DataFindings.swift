// What only data can show.

extension Expressivity {
  /// Adds what `events`, row-major and in the data's own units, show about an architecture.
  public mutating func addFindings(of architecture: Architecture, on events: [Double], columns: [String]) {
    let rows = events.count / dimension
    guard rows > 0 else { return }
    var values = events
    var logDeterminants = Array(repeating: 0.0, count: rows)
    for layer in architecture.preprocessing { layer.forward(rows: &values, addingTo: &logDeterminants) }
    findings += [outsideBox(architecture, values, columns), fewEvents(architecture, rows)].compactMap { $0 }
  }

  private func outsideBox(_ architecture: Architecture, _ values: [Double], _ columns: [String]) -> Finding? {
    // Only the layers before the first that mixes or moves values see the data as they are.
    let layers = architecture.chain.layers.flattened
    guard let index = layers.firstIndex(where: { $0.traits.box != nil }), let box = layers[index].traits.box,
      layers[..<index].allSatisfy({ if case .affine(.permutation, _) = $0.traits.kind { true } else { false } })
    else { return nil }
    var outside = Array(repeating: 0, count: dimension)
    var rows = 0
    for start in stride(from: 0, to: values.count, by: dimension) {
      let found = (0..<dimension).filter { abs(values[start + $0]) > box }
      rows += found.isEmpty ? 0 : 1
      for feature in found { outside[feature] += 1 }
    }
    guard rows > 0 else { return nil }
    let where_ = (0..<dimension).filter { outside[$0] > 0 }.map { "\(columns[$0]) (\(outside[$0]))" }
    return Finding(
      .outsideBox, layers: [index],
      says:
        "\(rows) of \(values.count / dimension) rows leave the splines' box of ±\(box): \(where_.joined(separator: ", "))",
      because: "beyond its box a spline is the identity: it cannot shape the density there")
  }

  private func fewEvents(_ architecture: Architecture, _ rows: Int) -> Finding? {
    let ratio = Double(architecture.parameterCount) / Double(rows)
    guard ratio > 10 else { return nil }
    return Finding(
      .fewEvents,
      says:
        "\(architecture.parameterCount) parameters for \(rows) events, \(Int(ratio)) for each: a fit may learn the rows by heart",
      because: "watch the validation loss, or take fewer layers or narrower networks")
  }
}
