import FlowKit
import Testing

/// z = x + amount, of which the coding keeps nothing where `forgets`.
private struct Forgetful: InvertiblyDifferentiable, Preprocessing {
  static let layerName = "forgetful"
  let dimension: Int
  let amount: Double
  let forgets: Bool

  init(dimension: Int, amount: Double, forgets: Bool) {
    (self.dimension, self.amount, self.forgets) = (dimension, amount, forgets)
  }

  private enum CodingKeys: CodingKey { case dimension, amount, forgets }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    dimension = try container.decode(Int.self, forKey: .dimension)
    amount = try container.decodeIfPresent(Double.self, forKey: .amount) ?? 0
    forgets = try container.decode(Bool.self, forKey: .forgets)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dimension, forKey: .dimension)
    if !forgets { try container.encode(amount, forKey: .amount) }
    try container.encode(forgets, forKey: .forgets)
  }

  var structure: JacobianStructure {
    .diagonal(dimension, isAffine: true, signs: Array(repeating: 1, count: dimension))
  }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(moved(x, by: amount)), { values, _, _ in values })
  }

  func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(moved(z, by: -amount)), { values, _, _ in values })
  }

  private func moved(_ x: Tile, by amount: Double) -> Tile {
    var result = x
    result.add(Tile(features: dimension, like: x, filledWith: Scalar(amount)))
    return result
  }

  func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    for index in rows.indices { rows[index] += amount }
  }

  func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    for index in rows.indices { rows[index] -= amount }
  }

  func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {}
  func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {}
}

/// A normal density of another width, of which the coding keeps nothing.
private struct ForgetfulBase: BaseDistribution {
  static let name = "forgetful-base"
  let dimension: Int
  var scale = 1.0

  private enum CodingKeys: CodingKey { case dimension }

  static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    ForgetfulBase(dimension: arguments.dimension)
  }

  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    for event in 0..<z.width {
      logDensity[event] = (0..<dimension).reduce(0.0) { $0 - Double(z[$1, event] * z[$1, event]) / 2 / scale }
    }
    return { _, _ in z }
  }

  func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {}
}

@Suite struct CodingCheckTests {
  private func said(
    _ layers: [any Bijector], base: any BaseDistribution = StandardNormal(dimension: 2),
    preprocessing: [any Preprocessing] = []
  ) throws -> String? {
    let architecture = Architecture(
      chain: try Chain(layers, dimension: 2), base: base, preprocessing: preprocessing)
    return try withFolder { folder in
      message { () throws(FlowError) in
        try Model(flow: Flow(architecture: architecture), columns: ["x", "y"]).write(to: "\(folder)/model.h5")
      }
    }
  }

  @Test func aLayerThatForgetsIsNamedWhenAModelIsWritten() throws {
    let faithful = Forgetful(dimension: 2, amount: 0.5, forgets: false)
    let forgetful = Forgetful(dimension: 2, amount: 0.5, forgets: true)
    #expect(try said([faithful, Inverted(faithful)], preprocessing: [faithful]) == nil)
    let complaint = "would be read back as another one: its coding forgets a property; encode and decode all of them"
    let shift = Shift(dimension: 2)
    #expect(try said([shift, forgetful]) == "layer 1, forgetful, \(complaint)")
    #expect(try said([shift, shift, Inverted(forgetful)]) == "layer 2, inverse(forgetful), \(complaint)")
    let nested = try Chain([shift, forgetful], dimension: 2)
    #expect(try said([nested]) == "layer 0, chain(shift,forgetful), \(complaint)")
    #expect(try said([shift], preprocessing: [forgetful]) == "the preprocessing forgetful \(complaint)")
  }

  @Test func aBaseThatForgetsIsNamed() throws {
    #expect(try said([Shift(dimension: 2)], base: ForgetfulBase(dimension: 2)) == nil)
    let parts: [any BaseDistribution] = [StandardNormal(dimension: 1), ForgetfulBase(dimension: 1, scale: 2)]
    let product = try said([Shift(dimension: 2)], base: ProductBase(parts))
    #expect(product?.hasPrefix("the base product(normal,forgetful-base) would be read back as another one") == true)
  }
}
