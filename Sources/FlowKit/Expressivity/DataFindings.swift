// What only data can show.

extension Expressivity {
  /// Adds what events, in the data's own units, show about an architecture; reads them block by block.
  public mutating func addFindings(of architecture: Architecture, on events: some EventSource) throws(FlowError) {
    var box = BoxCount(architecture)
    if box != nil {
      try events.forEachBlock { block in
        var values = block.events.events
        var logDeterminants = Array(repeating: 0.0, count: values.count / architecture.dimension)
        architecture.preprocessing.forward(rows: &values, firstEvent: block.first, addingTo: &logDeterminants)
        box?.add(values)
      }
    }
    let survey = try EventSurvey(events, seed: 0)
    findings += survey.findings.map {
      Finding(
        .repeatedValues, says: $0.message, because: "of a continuous quantity no value comes twice", remedy: $0.fix)
    }
    if survey.hasCopies {
      findings.append(
        Finding(
          .repeatedValues,
          says: "\(survey.distinctRows) of \(survey.rows) rows are distinct, the others are copies of them",
          because: "a fit weights distinct rows by their count, so that validation sees no copies"))
    }
    findings += [box?.finding(events.columns, of: events.count), fewEvents(architecture, events.count)].compactMap {
      $0
    }
  }

  /// How many rows leave the box of the first splines.
  private struct BoxCount {
    private let layer: Int
    private let box: Double
    private let isIdentityBeyond: Bool
    private var rows = 0
    /// For each feature.
    private var outside: [Int]

    /// - Returns: nil where there are no splines, or layers before them mix or move values.
    init?(_ architecture: Architecture) {
      let layers = architecture.chain.layers.flattened
      guard let index = layers.firstIndex(where: { $0.traits.box ?? $0.traits.affineBeyond != nil }),
        let box = layers[index].traits.box ?? layers[index].traits.affineBeyond,
        layers[..<index].allSatisfy({ if case .affine(.permutation, _) = $0.traits.kind { true } else { false } })
      else { return nil }
      (layer, self.box, isIdentityBeyond) = (index, box, layers[index].traits.box != nil)
      outside = Array(repeating: 0, count: architecture.dimension)
    }

    mutating func add(_ values: [Double]) {
      for start in stride(from: 0, to: values.count, by: outside.count) {
        let found = outside.indices.filter { abs(values[start + $0]) > box }
        rows += found.isEmpty ? 0 : 1
        for feature in found { outside[feature] += 1 }
      }
    }

    func finding(_ columns: [String], of count: Int) -> Finding? {
      guard rows > 0 else { return nil }
      let features = outside.indices.filter { outside[$0] > 0 }.map { "\(columns[$0]) (\(outside[$0]))" }
      return Finding(
        .outsideBox, layers: [layer],
        says:
          "\(rows) of \(count) rows leave \(isIdentityBeyond ? "the splines' box of" : "the polynomials' interval") "
          + "±\(box): \(features.joined(separator: ", "))",
        because: isIdentityBeyond
          ? "beyond its box a spline is the identity: it cannot shape the density there"
          : "beyond their interval the maps are affine: they cannot shape the density there")
    }
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
