// A model's parts are written as they encode themselves. What a part of one's own forgets there would be missed only when
// the file is read, so each part is compared with what its text gives back before a model is written.

extension Architecture {
  /// Throws where a part would be read back as another one, naming it.
  ///
  /// Each part's text must give the same text again, and the part that it gives the same values at some points of its
  /// domain, to the bit.
  func checkCoding(_ parameters: [Scalar]) throws(FlowError) {
    var registry = Registry.standard.adding(kindsOf: chain).adding(kindsOf: base)
    if let embedding = contextEmbedding { registry = registry.adding(type(of: embedding.network)) }
    let parameters = Parameters(parameters)
    for (index, layer) in chain.layers.enumerated() {
      let slice = parameters.slice(layout.parts[index].parameters)
      try Self.check(EncodedLayer(layer: layer), "layer \(index), \(layer.layerList),", registry) { part in
        (part.layer.signature, { part.layer.probed(slice) })
      }
    }
    for layer in preprocessing + contextPreprocessing {
      let registry = registry.adding(kindsOf: layer)
      try Self.check(EncodedLayer(layer: layer), "the preprocessing \(layer.layerList)", registry) { part in
        (part.layer.signature, { (part.layer as? any Preprocessing)?.probedRows ?? [] })
      }
    }
    let slice = parameters.slice(layout.parts.last!.parameters)
    try Self.check(EncodedBase(base: base), "the base \(base.text)", registry) { part in
      (part.base.signature, { part.base.probed(slice) })
    }
    guard let contextEmbedding else { return }
    let embedding = parameters.slice(layout.parts[chain.layers.count].parameters)
    try Self.check(contextEmbedding, "the embedding of the context", registry) { part in
      ("\(part.parameterShapes)", { part.probed(embedding) })
    }
  }

  /// - Parameter describe: a text of what must agree before values can be compared, and the values.
  private static func check<Part: Codable>(
    _ part: Part, _ name: String, _ registry: Registry,
    describe: (Part) -> (signature: String, values: () -> [Double])
  ) throws(FlowError) {
    let text = try part.jsonText()
    let copy: Part
    do throws(FlowError) {
      copy = try Part(jsonText: text, name, registry: registry)
    } catch {
      throw FlowError(
        .architecture, "\(name) cannot be read back from what it encodes: \(error.message)", detail: error.detail)
    }
    let (expected, got) = (describe(part), describe(copy))
    guard
      try copy.jsonText() == text, got.signature == expected.signature,
      got.values().map(\.bitPattern) == expected.values().map(\.bitPattern)
    else {
      throw FlowError(
        .architecture,
        "\(name) would be read back as another one: its coding forgets a property; encode and decode all of them")
    }
  }
}

// MARK: - Values at some points

extension Bijector {
  fileprivate var signature: String { "\(dimension) \(contextDimension) \(parameterShapes) \(layerList)" }

  fileprivate func probed(_ parameters: Parameters) -> [Double] {
    let x = Tile.probe(domain)
    let context = contextDimension == 0 ? nil : Tile.probe(Array(repeating: .real, count: contextDimension))
    let z = forward(x, Pass(prepared(parameters), context: context))
    return z.values.numbers + (0..<x.width).map { z.logDeterminant.value(of: $0) }
  }
}

extension Preprocessing {
  fileprivate var probedRows: [Double] {
    let points = domain.probes
    var rows = (0..<probeCount).flatMap { event in points.map { $0[event] } }
    var logDeterminants = [Double](repeating: 0, count: probeCount)
    forward(rows: &rows, addingTo: &logDeterminants)
    return rows + logDeterminants
  }
}

extension BaseDistribution {
  fileprivate var signature: String { "\(dimension) \(parameterShapes) \(text)" }

  fileprivate func probed(_ parameters: Parameters) -> [Double] {
    var values = [Double](repeating: 0, count: probeCount)
    values.withUnsafeMutableBufferPointer { logDensity(Tile.probe(support), prepared(parameters), into: $0) }
    return values
  }
}

extension ContextEmbedding {
  fileprivate func probed(_ parameters: Parameters) -> [Double] {
    forward(Tile.probe(Array(repeating: .real, count: inputs)), Pass(parameters)).numbers
  }
}

/// As many as a tile has at least.
private let probeCount = 16

extension [Interval] {
  /// `probeCount` numbers inside each interval.
  fileprivate var probes: [[Double]] {
    var random = RandomStream(seed: 0, purpose: .probes)
    return map { interval in
      (0..<probeCount).map { _ in
        let u = random.uniform()
        return switch (interval.lower.isFinite, interval.upper.isFinite) {
        case (true, true): interval.lower + (interval.upper - interval.lower) * (0.05 + 0.9 * u)
        case (true, false): interval.lower + Double.exp(4 * u - 2)
        case (false, true): interval.upper - Double.exp(4 * u - 2)
        case (false, false): 4 * u - 2
        }
      }
    }
  }
}

extension Tile {
  fileprivate static func probe(_ intervals: [Interval]) -> Tile {
    var tile = Tile(features: intervals.count, width: probeCount, pool: TilePool())
    for (feature, values) in intervals.probes.enumerated() {
      for (event, value) in values.enumerated() { tile[feature, event] = Scalar(value) }
    }
    return tile
  }

  fileprivate var numbers: [Double] { (0..<features).flatMap { withRow($0) { row in row.map { Double($0) } } } }
}
