import FlowKit
import FlowKitTestSupport
import Testing

private func coupling(_ dimension: Int, _ mask: CouplingMask, context: Int = 0) -> Coupling<AffineMap> {
  Coupling(
    dimension: dimension, contextDimension: context, mask: mask, map: AffineMap(), hidden: [5], activation: .tanh)
}

@Suite struct CouplingMaskTests {
  @Test(arguments: [
    LawCase("mirrored halves of 5", coupling(5, .mirroredHalves)),
    LawCase("mirrored halves of 1", coupling(1, .mirroredHalves)),
    LawCase("mirrored alternate of 4 given 1", coupling(4, .mirroredAlternate, context: 1)),
    LawCase("explicit of 5", coupling(5, .explicit(features: [0, 3]))),
    LawCase("explicit, all but one of 4", coupling(4, .explicit(features: [0, 1, 3]))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  private func couplings(
    _ text: String, dimension: Int = 4
  ) throws(FlowError) -> [(conditioning: [Int], transformed: [Int], list: String)] {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let layers = try LayerList(text).chain(dimension: dimension, using: &random).layers
    return layers.compactMap { $0 as? Coupling<ShiftMap> }.map { ($0.conditioning, $0.transformed, $0.layerList) }
  }

  @Test(arguments: [
    ("halves", 5, [0, 1]), ("mirrored-halves", 5, [2, 3, 4]), ("alternate", 5, [1, 3]),
    ("mirrored-alternate", 5, [0, 2, 4]), ("0+2+3", 5, [0, 2, 3]), ("3+0", 5, [0, 3]), ("1", 2, [1]),
    ("halves", 1, []), ("alternate", 1, []), ("mirrored-halves", 1, []), ("mirrored-alternate", 1, []),
    ("random", 1, []),
  ])
  func theMaskConditions(_ mask: String, _ dimension: Int, _ conditioning: [Int]) throws {
    let found = try couplings("coupling-additive(mask=\(mask))", dimension: dimension)[0]
    #expect(found.conditioning == conditioning)
    #expect(found.transformed == (0..<dimension).filter { !conditioning.contains($0) })
  }

  @Test(arguments: ["alternate", "mirrored-halves", "mirrored-alternate", "0+2+3", "1"])
  func printedMasksReadTheSame(_ mask: String) throws {
    let text = "coupling-additive(mask=\(mask),hidden=8)"
    #expect(try couplings(text)[0].list == text)
  }

  @Test func repetitionsDrawAnewAndKeepWhatIsDrawn() throws {
    let drawn = try couplings("8*coupling-additive(mask=random)", dimension: 7)
    #expect(Set(drawn.map(\.conditioning)).count > 4)
    for each in drawn {
      #expect(each.conditioning.count == 3 && each.transformed.count == 4)
      #expect(try couplings(each.list, dimension: 7)[0].conditioning == each.conditioning)
    }
    // All features take part in turn.
    #expect(Set(drawn.flatMap(\.conditioning)) == Set(0..<7))
  }

  @Test(arguments: ["0+1+2+3", "4", "0+0", "0+", "", "+", "-1", "0x2", "odd"])
  func whatIsNoMaskIsAnError(_ mask: String) {
    let error = #expect(throws: FlowError.self) { try couplings("coupling-additive(mask=\(mask))") }
    #expect(
      error?.message.hasPrefix(
        "'mask=\(mask)' at character 19 of the layer list: mask takes one of halves, alternate, mirrored-halves,")
        == true, "\(error?.message ?? "")")
  }
}
