import Testing

@testable import FlowKit

@Suite struct TargetTests {
  private struct Case: Decodable {
    let target: String
    let point: [Double]
    let logDensity: Double
  }

  @Test func densitiesAreThoseOfSciPy() throws {
    for each in try ReferenceFile<Case>.cases("target-values.json") {
      let target = try #require(try BuiltInTarget(named: each.target)).density
      expectClose(try target.evaluate(each.point).logDensities, [each.logDensity], within: 1e-12, each.target)
    }
  }

  @Test func theEightSchoolsAgreeWithStanAtTheOrigin() throws {
    let values = EightSchools().evaluate([Double](repeating: 0, count: 10))
    expectClose(values.logDensities, [-44.12878445770808], within: 1e-14, "log p")
  }

  @Test(arguments: BuiltInTarget.all.map(\.name)) func gradientsAreCentralDifferences(name: String) throws {
    let target = try #require(try BuiltInTarget(named: name)).density
    let dimension = target.dimension
    var random = RandomStream(seed: 3, purpose: .exploration)
    let point = (0..<dimension).map { _ in random.normal() }
    let gradient = try target.evaluate(point).gradients
    let step = 1e-5
    for index in 0..<dimension {
      var (above, below) = (point, point)
      above[index] += step
      below[index] -= step
      let values = try target.evaluate(above + below).logDensities
      expectClose([gradient[index]], [(values[0] - values[1]) / (2 * step)], within: 1e-7, "\(name), \(index)")
    }
  }

  @Test func theMassOfAPairOfWellsIsThatOfAQuadrature() {
    let target = ManyWell(dimension: 2)
    // The sum over a fine grid is exact to rounding for a density that falls off like this.
    let step = 0.01
    let grid = (-600...600).map { Double($0) * step }
    let mass = grid.reduce(0) { $0 + Double.exp(target.evaluate([$1, 0]).logDensities[0]) * step }
    expectClose([Double.log(mass) + Double.halfLogTwoPi], [ManyWell.logNormalizerOfPair], within: 1e-12, "log Z")
    let right = grid.filter { $0 > 0 }.reduce(0) { $0 + Double.exp(target.evaluate([$1, 0]).logDensities[0]) * step }
    expectClose([right / mass], [0.8443070962], within: 1e-6, "the right well")
  }

  @Test func namesAreReadOrRefused() throws {
    #expect(try BuiltInTarget(named: "funnel(3)")?.density.dimension == 3)
    #expect(try BuiltInTarget(named: "funnel")?.name == "funnel(10)")
    #expect(try BuiltInTarget(named: "nothing") == nil)
    for text in ["funnel(1)", "many-well(3)", "funnel(3", "seeds(4)", "gmm40(0)", "banana(x)"] {
      #expect(throws: FlowError.self) { try BuiltInTarget(named: text) }
    }
  }

  @Test func failuresAreCountedAndHaveNoDensity() throws {
    let target = CountedTarget(
      FunctionTarget(columns: ["x"]) { x in (x[0] > 0 ? -x[0] : .nan, [x[0] > 2 ? .infinity : -1]) })
    let values = try target.evaluate([1, -1, 3], on: WorkerPool(threads: 2))
    #expect(values.logDensities == [-1, -.infinity, -.infinity] && values.gradients == [-1, 0, 0])
    #expect(target.failures == (2, 3))
  }

  @Test func aGradientOfTheWrongLengthIsNamed() {
    let target = FunctionTarget(columns: ["x", "y"]) { _ in (0, [0]) }
    #expect { try target.evaluate([1, 2]) } throws: { error in
      (error as? FlowError)?.message == "the target gave a gradient of 1 numbers at a point of 2 coordinates"
    }
  }
}
