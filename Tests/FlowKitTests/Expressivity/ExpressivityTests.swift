import FlowKit
import Foundation
import Testing

@Suite struct ExpressivityTests {
  @Test(arguments: try knownCases())
  func isWhatWasWorkedOut(_ each: KnownCase) throws {
    let result = Expressivity.analyze(try each.architecture())
    #expect(result.mixing.kind.rawValue == each.mixing)
    #expect(result.group?.rawValue == each.group)
    #expect(result.isAffine == (each.group != nil))
    #expect(result.density.kind.rawValue == each.family)
    #expect(result.findings.map(\.kind.rawValue) == each.findings)
    #expect(result.untransformed == each.untransformed)
    #expect(result.mixing.order == each.order)
    #expect(result.collapsible.map(\.equivalent) == each.collapsed)
    #expect(result.support.tails.rawValue == each.tails)
    // A density that is called out of reach is named, a universal one says in which sense.
    #expect((result.density.witness != nil) == (result.density.limit != nil))
    #expect((result.density.assumptions != nil) == (each.family == "universal"))
  }

  @Test func theTableIsLong() throws {
    #expect(try knownCases().count >= 60)
  }

  /// A repair is a list in which its finding is gone; every limit of a family has one.
  @Test(arguments: try knownCases())
  func repairsRepair(_ each: KnownCase) throws {
    let architecture = try each.architecture()
    for finding in Expressivity.analyze(architecture).findings {
      let isLimit = finding.kind.limitsDensity
      guard let repair = finding.repair else {
        #expect(!isLimit, "no repair of \(finding.kind)")
        continue
      }
      let repaired = try #require(Expressivity.analyzing(repair, like: architecture.chain, architecture.base))
      #expect(!repaired.findings.contains { $0.kind == finding.kind })
      if isLimit { #expect(repaired.density.kind == .universal) }
    }
  }

  @Test(arguments: Recipe.all.map(\.layers))
  func recipesGiveNoWarnings(_ layers: String) throws {
    for dimension in [2, 3, 7] {
      var random = RandomStream(seed: 0, purpose: .architecture)
      let chain = try LayerList(layers).chain(dimension: dimension, using: &random)
      let result = Expressivity.analyze(Architecture(chain: chain, base: StandardNormal(dimension: dimension)))
      #expect(result.findings.map(\.kind).filter(\.isWarning) == [])
      #expect(result.density.kind == .universal)
    }
  }

  @Test func aLayerThatDeclaresNothingIsUnknown() throws {
    let architecture = Architecture(
      chain: try Chain([Bent(dimension: 2), UpperTriangular(dimension: 2)], dimension: 2),
      base: StandardNormal(dimension: 2))
    let result = Expressivity.analyze(architecture)
    #expect(result.density.kind == .unknown && result.support.tails == .unknown && result.support.lipschitz == nil)
    #expect(result.mixing.kind == .triangular && result.findings == [])
    // What its Jacobian alone shows is known.
    let alone = Expressivity.analyze(
      Architecture(chain: try Chain([Bent(dimension: 2)], dimension: 2), base: StandardNormal(dimension: 2)))
    #expect(alone.density.kind == .independent)
  }

  /// max(1, 1/0.1)³ of three leaky ReLUs; permutations stretch nothing.
  @Test func boundsOfTheGenerativeMapMultiply() throws {
    var random = RandomStream(seed: 0, purpose: .architecture)
    let chain = try LayerList("leaky-relu,permute(reverse),2*[leaky-relu(4)],leaky-relu(0.5)").chain(
      dimension: 2, using: &random)
    let support = Expressivity.analyze(Architecture(chain: chain, base: StandardNormal(dimension: 2))).support
    #expect(support.lipschitz == 20)
    #expect(support.imageIsEverything)
    // 2Φ(1) − 1 for halves 40 apart.
    let mass = try #require(support.leastMassBetweenHalves(distance: 40))
    #expect(abs(mass - 0.6826894921370859) < 1e-12)
  }

  /// About a second on a slow machine; what grows with another power of the features takes minutes.
  @Test func twoHundredLayersOfAThousandFeaturesTakeNoMinutes() throws {
    for list in ["100*[coupling-affine(hidden=8),permute(random)]", "100*[lower,leaky-relu]", "100*[lower,upper]"] {
      var random = RandomStream(seed: 0, purpose: .architecture)
      let chain = try LayerList(list).chain(dimension: 1_000, using: &random)
      let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 1_000))
      let start = processorSeconds()
      _ = Expressivity.analyze(architecture, repairing: false)
      let seconds = processorSeconds() - start
      #expect(seconds < 10, "\(list): \(seconds)")
    }
  }
}

/// The time that this thread has computed: what others do on the machine does not count.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// A bijector of a user who declares its Jacobian and nothing else.
private struct Bent: Bijector {
  static let layerName = "bent"
  let dimension: Int

  var structure: JacobianStructure { .diagonal(dimension, isAffine: false, signs: nil) }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x), { values, _, _ in values })
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed { Transformed(z) }
}
