import FlowKit
import Testing

/// A user's coupling under a name of its own: the analysis knows it by what it declares.
private struct Handshake: ListedLayer {
  static let layerName = "handshake"
  let inner: Coupling<AffineMap>

  init(dimension: Int) {
    inner = Coupling(dimension: dimension, map: AffineMap(), hidden: [4])
  }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Handshake(dimension: arguments.dimension)
  }

  var dimension: Int { inner.dimension }
  var parameterShapes: [ParameterShape] { inner.parameterShapes }
  var structure: JacobianStructure { inner.structure }
  var traits: LayerTraits { inner.traits }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    inner.forwardWithPullback(x, pass)
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed { try inner.inverse(z, pass) }
}

@Suite struct OwnCouplingTests {
  private func findings(_ dimension: Int) throws -> [Finding] {
    let chain = try Chain([Handshake(dimension: dimension)], dimension: dimension)
    return Expressivity.analyze(Architecture(chain: chain, base: StandardNormal(dimension: dimension))).findings
  }

  @Test func ofOneFeatureItConditionsOnNothing() throws {
    #expect(try findings(1).map(\.kind) == [.onlyAffine, .couplingOfOneFeature])
  }

  /// The repair is made of the user's own layers.
  @Test func permutationsBetweenItsRepeatsRepairIt() throws {
    let found = try findings(2)
    let repairs = found.compactMap(\.repair)
    #expect(found.map(\.kind) == [.affineConditionals, .untransformed, .unconditioned])
    #expect(
      repairs.count == 3 && repairs.allSatisfy { $0.contains("handshake") && $0.contains("permute") }, "\(repairs)")
  }
}
