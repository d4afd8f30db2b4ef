import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct LUTests {
  @Test(arguments: [
    LawCase("lu 1", LU(dimension: 1)), LawCase("lu 5", LU(dimension: 5)),
    LawCase("lu 4 with signs", LU(dimension: 4, signs: [-1, 1, -1, -1])), LawCase("plu 1", PLU([0])),
    LawCase("plu cycle", PLU([2, 0, 1])), LawCase("plu 5 with signs", PLU([4, 2, 0, 1, 3], signs: [1, -1, 1, 1, -1])),
    LawCase("inverse of lu", Inverted(LU(dimension: 4))), LawCase("inverse of plu", Inverted(PLU([1, 3, 0, 2]))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test func startsAtTheIdentityOrThePermutation() throws {
    let x: [Scalar] = [1, 2, 3, 4]
    var random = RandomStream(seed: 1, purpose: .parameters)
    for (layer, z) in [(LU(dimension: 4), x), (PLU([2, 0, 3, 1]), [3, 1, 4, 2])] as [(any Bijector, [Scalar])] {
      let probe = BijectorProbe(layer, parameters: layer.initialParameters(using: &random))
      #expect(try probe.map(.forward, x).values == z)
      #expect(try probe.map(.inverse, z).values == x)
    }
  }

  @Test func thePermutationIsDrawnAndKept() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let layers = try LayerList("4*plu").chain(dimension: 8, using: &random).layers
    #expect(Set(layers.compactMap { ($0 as? PLU)?.permutation }).count == 4)
    let again = try LayerList(LayerList.describing(layers)).chain(dimension: 8, using: &random).layers
    #expect(again.map(\.layerList) == layers.map(\.layerList))
  }
}
