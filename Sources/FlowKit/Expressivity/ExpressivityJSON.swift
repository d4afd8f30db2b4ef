// The analysis as JSON: the form that `flowctl check --json` prints.

extension Expressivity: Encodable {
  private enum Keys: CodingKey { case dimension, map, density, collapsible, findings }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(dimension, forKey: .dimension)
    try container.encode(MapLine(result: self), forKey: .map)
    try container.encode(
      ["family": density.kind.rawValue, "tails": support.tails.rawValue], forKey: .density)
    try container.encode(collapsible, forKey: .collapsible)
    try container.encode(findings, forKey: .findings)
  }

  private struct MapLine: Encodable {
    let result: Expressivity

    private enum Keys: CodingKey {
      case mixing, order, missing, affine, group, untransformed, imageIsEverything, lipschitz
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(result.mixing.kind.rawValue, forKey: .mixing)
      // Absent values are null, which `encode` writes of an optional.
      try container.encode(result.mixing.order, forKey: .order)
      try container.encode(result.mixing.missing, forKey: .missing)
      try container.encode(result.isAffine, forKey: .affine)
      try container.encodeIfPresent(result.group?.rawValue, forKey: .group)
      try container.encode(result.untransformed, forKey: .untransformed)
      try container.encode(result.support.imageIsEverything, forKey: .imageIsEverything)
      try container.encode(result.support.lipschitz, forKey: .lipschitz)
    }
  }
}

extension Finding: Encodable {
  private enum Keys: CodingKey { case kind, layers, says, because, source, repair }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(kind.rawValue, forKey: .kind)
    try container.encode(layers, forKey: .layers)
    try container.encode(says, forKey: .says)
    try container.encode(because, forKey: .because)
    try container.encode(source, forKey: .source)
    try container.encode(repair, forKey: .repair)
  }
}
