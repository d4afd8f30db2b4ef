import FlowKitTestSupport
import Foundation
import Testing

@testable import FlowKit

private func bends(_ dimension: Int, _ join: SmoothLeakyReLU.Join, context: Int = 0) -> Elementwise<SmoothLeakyReLU> {
  Elementwise(
    dimension: dimension, contextDimension: context, map: SmoothLeakyReLU(join: join), hidden: [4], activation: .tanh)
}

private let cases: [LawCase] = [
  .knotted("smooth leaky relu 1", bends(1, .quadratic)),
  .knotted("smooth leaky relu 4", bends(4, .quadratic)),
  .knotted("smooth leaky relu 3 given 2", bends(3, .quadratic, context: 2)),
  .knotted("inverse of smooth leaky relu", Inverted(bends(3, .quadratic))),
  LawCase("root leaky relu 4", bends(4, .root)),
  LawCase("root leaky relu 2 given 1", bends(2, .root, context: 1)),
  LawCase("inverse of root leaky relu", Inverted(bends(3, .root))),
  LawCase(
    "coupling of root leaky relus",
    Coupling(dimension: 3, map: SmoothLeakyReLU(join: .root), hidden: [5], activation: .tanh)),
]

/// Values by NumPy in extended precision, with parameters of its own for each event.
private struct BendCase: Decodable {
  let join: String
  let phi, x, r, c, y, logSlope, gradientX, gradientPhi, inverseGradientY, inverseGradientPhi: ReferenceArray
}

@Suite struct SmoothLeakyReLUTests {
  @Test(arguments: cases) func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test func valuesAndGradientsAreThoseOfNumPy() throws {
    let tolerance = 16 * referenceTolerance
    for each in try ReferenceFile<BendCase>.cases("bends.json") {
      let layer = Elementwise(dimension: 1, map: SmoothLeakyReLU(join: try #require(.init(rawValue: each.join))))
      for event in each.x.values.indices {
        let columns = (2 * event)..<(2 * event + 2)
        let probe = BijectorProbe(layer, parameters: Array(each.phi.scalars[columns]))
        func check(
          _ direction: BijectorProbe.Direction, _ input: ReferenceArray, _ expected: [Double],
          _ ofInput: ReferenceArray,
          _ ofPhi: ReferenceArray
        ) {
          let (value, gradients) = probe.pullBack(
            direction, at: [input.scalars[event]], values: [each.r.scalars[event]],
            logDeterminants: [each.c.scalars[event]])
          let got = value.values.map { Double($0) } + value.logDeterminants
          let name = "\(each.join) \(direction) \(event)"
          expectClose(got, expected, within: tolerance, "values, \(name)")
          let slopes = (gradients.input + gradients.parameters).map { Double($0) }
          let expectedSlopes = [ofInput.values[event]] + Array(ofPhi.values[columns])
          // The inverse's gradients have the slope in the denominator.
          let size = expectedSlopes.map(abs).max()!
          expectClose(slopes, expectedSlopes, within: 4 * tolerance * max(1, size), "gradients, \(name)")
        }
        check(.forward, each.x, [each.y.values[event], each.logSlope.values[event]], each.gradientX, each.gradientPhi)
        check(
          .inverse, each.y, [each.x.values[event], -each.logSlope.values[event]], each.inverseGradientY,
          each.inverseGradientPhi)
      }
    }
  }

  @Test func aSlopeOfOneIsTheIdentity() throws {
    // α = 1 where s(3a) = −log 0.9, at which nothing may be divided by 1 − α.
    let target = 0.10536051565782628
    let a = target / (1 - target / 6.907755278982137) / 3
    for join in SmoothLeakyReLU.Join.allCases {
      let probe = BijectorProbe(bends(3, join), parameters: [Scalar(a), 0, Scalar(a), 1, Scalar(a), -1])
      let x: [Scalar] = [-5, 0, 0.25]
      let value = try probe.map(.inverse, x)
      expectClose(value.values.map { Double($0) }, x.map { Double($0) }, within: 8 * referenceTolerance, "\(join)")
    }
  }

  @Test func farEventsKeepTheirDistance() throws {
    for join in SmoothLeakyReLU.Join.allCases {
      let probe = BijectorProbe(bends(2, join), parameters: [0, 0, 1, 1])
      for magnitude: Scalar in [1e3, 1e12, 1e18] {
        for x in [[magnitude, magnitude], [-magnitude, -magnitude]] {
          let y = try probe.map(.forward, x)
          let back = try probe.map(.inverse, y.values)
          for (value, expected) in zip(back.values, x) { #expect(abs(value / expected - 1) < 1e-4) }
        }
      }
    }
  }

  @Test func layerListsAreReadBack() throws {
    for text in ["smooth-leaky-relu", "smooth-leaky-relu(join=root)"] {
      var random = RandomStream(seed: 1, purpose: .architecture)
      let chain = try LayerList(text).chain(dimension: 3, using: &random)
      #expect(LayerList.describing(chain.layers) == text)
    }
  }

  /// What stacks of kinks fail at: a ring is learned to within a tenth of a nat.
  @Test func aStackLearnsARing() throws {
    var random = RandomStream(seed: 5, purpose: .samples)
    let radius = 2.0, width = 0.3
    func ring(_ count: Int) -> [Double] {
      (0..<count).flatMap { _ in
        let (angle, r) = (2 * Double.pi * random.uniform(), radius + width * random.normal())
        return [r * cos(angle), r * sin(angle)]
      }
    }
    let (train, test) = (ring(4_000), ring(4_000))
    let trainer = try Trainer(
      fitting: EventArray(train, dimension: 2), validation: .none, layers: "8*[qr,smooth-leaky-relu],qr",
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (60, 200, 0.02) })
    let logDensities = try trainer.fit().flow.logDensity(test)
    let mean: Double = logDensities.reduce(0, +) / Double(logDensities.count)
    // Entropy of the ring: that of the radius, and log(2π r) of the angle.
    let entropy: Double = 0.5 * log(2 * Double.pi * 2.718281828459045 * width * width) + log(2 * Double.pi * radius)
    #expect(mean > -entropy - 0.15)
  }
}
