import FlowKit
import Foundation
import Testing

@Suite struct SinkhornTests {
  private let reference: MetricReference

  init() throws { reference = try MetricReference.read() }

  private func exact(_ epsilon: Double, _ cost: Sinkhorn.Cost = .squared) -> Sinkhorn {
    Sinkhorn(cost: cost, regularization: .absolute(epsilon), tolerance: 1e-13, maximumSweeps: 20_000)
  }

  @Test func plansAreThoseOfIndependentPrograms() throws {
    let (x, y) = try reference.clouds()
    for plan in reference.sinkhorn.uniform {
      let found = try exact(plan.epsilon!).transport(x, y)
      expectClose([found.cost, found.value], [plan.cost, plan.value], within: 1e-10, "epsilon \(plan.epsilon!)")
      #expect(found.isConverged && found.marginalError < 1e-12 && found.epsilon == plan.epsilon)
      let divergence = try exact(plan.epsilon!).divergence(x, y)
      expectClose([divergence.value], [plan.divergence!], within: 1e-10, "divergence")
    }
  }

  /// Weights, clouds of different sizes, and the other cost.
  @Test func weightedAndRectangularPlans() throws {
    let (x, y) = try reference.clouds(weighted: true)
    let seven = try PointCloud(Array(y.values.prefix(14)), dimension: 2, weights: Array(reference.b.prefix(7)))
    let weighted = try exact(0.3).transport(x, seven)
    expectClose(
      [weighted.cost, weighted.value], [reference.sinkhorn.weighted.cost, reference.sinkhorn.weighted.value],
      within: 1e-10, "weighted")
    let turned = try exact(0.3).transport(seven, x)
    expectClose([turned.cost, turned.value], [weighted.cost, weighted.value], within: 1e-10, "turned")
    let euclidean = try exact(0.2, .euclidean).transport(x, y)
    expectClose(
      [euclidean.cost, euclidean.value], [reference.sinkhorn.euclidean.cost, reference.sinkhorn.euclidean.value],
      within: 1e-10, "euclidean")
    // A point of weight 0 is none, one of weight 2 is two.
    let (double, once) = (
      try PointCloud(x.values + [9, 9], dimension: 2, weights: [2, 1, 1, 1, 1, 1, 1, 1, 0]),
      try PointCloud(Array(x.values.prefix(2)) + x.values, dimension: 2)
    )
    let costs = try [double, once].map { try exact(0.3).transport($0, y) }
    expectClose([costs[0].cost, costs[0].value], [costs[1].cost, costs[1].value], within: 1e-10, "weight 2")
  }

  /// More points without weight than the kernels take at a time, before all others and without them.
  @Test(arguments: [Sinkhorn.Cost.squared, .euclidean]) func pointsWithoutWeightAreNone(cost: Sinkhorn.Cost) throws {
    let (x, y) = try reference.clouds()
    let far = (0..<600).map { 3 * sin(Double($0)) }
    let padded = try PointCloud(
      far + x.values, dimension: 2, weights: Array(repeating: 0, count: 300) + Array(repeating: 1, count: 8))
    let (plain, other) = (try exact(0.3, cost).transport(x, y), try exact(0.3, cost).transport(padded, y))
    expectClose([plain.cost, plain.value], [other.cost, other.value], within: 1e-10, cost.rawValue)
    let turned = try exact(0.3, cost).transport(y, padded)
    expectClose([plain.cost, plain.value], [turned.cost, turned.value], within: 1e-10, "turned")
  }

  @Test func twoPointsHaveAClosedForm() throws {
    let x = try PointCloud([0, 1])
    let plan = try exact(1).transport(x, x)
    expectClose([plan.cost], [0.268941421369995], within: 1e-12, "1/(1 + e)")
  }

  /// The entropic transport of two normal distributions is known; here they are weighted points of a grid.
  @Test func normalsOnAGridHaveAClosedForm() throws {
    let grid = (0...260).map { -12 + 26.0 * Double($0) / 260 }
    func normal(_ mean: Double, _ deviation: Double) throws -> PointCloud {
      try PointCloud(grid, weights: grid.map { exp(-($0 - mean) * ($0 - mean) / (2 * deviation * deviation)) })
    }
    let (x, y) = (try normal(0, 1), try normal(1, 2))
    let sinkhorn = Sinkhorn(regularization: .absolute(0.5), tolerance: 1e-11)
    #expect(abs(try sinkhorn.transport(x, y).value - 2.7776703453) < 2e-7)
    #expect(abs(try sinkhorn.divergence(x, y).value - 1.9980546189) < 2e-7)
  }

  /// It neither underflows nor claims what it has not reached.
  @Test func aTinyEpsilonNeitherUnderflowsNorLies() throws {
    let (x, y) = try reference.clouds()
    let found = try Sinkhorn(regularization: .absolute(1e-6), tolerance: 1e-9).transport(x, y)
    // Between the exact cost and that of its plan, whose entropy is at most log 64.
    let exact = reference.sinkhorn.exact
    #expect(exact - 1e-9 < found.cost && found.cost < exact + 1e-9, "\(found)")
    #expect(exact < found.value && found.value < exact + 1e-6 * 4.2, "\(found)")
    #expect(found.marginalError < 2e-9, "\(found)")

    let (u, v) = (try normalCloud(200, dimension: 2, seed: 1), try normalCloud(150, dimension: 2, seed: 2))
    let few = Sinkhorn(regularization: .absolute(1e-6), tolerance: 1e-3, maximumSweeps: 20)
    let part = try few.transport(u, v, acceptingUnconverged: true)
    #expect(!part.isConverged && part.marginalError > 1e-3 && part.sweeps == 20, "\(part.marginalError)")
    #expect(part.cost.isFinite && part.value.isFinite && part.potentials.x.allSatisfy(\.isFinite))
    let error = #expect(throws: FlowError.self) { try few.transport(u, v) }
    #expect(error?.kind == .numerics && error!.message.contains("have not converged"), "\(error?.message ?? "")")
    #expect(throws: FlowError.self) { try few.divergence(u, v) }
    #expect(throws: FlowError.self) { try few.transport(u, v, gradient: .envelope, acceptingUnconverged: true) }
    #expect(try few.transport(u, v, gradient: .unrolled, acceptingUnconverged: true).gradient!.x.allSatisfy(\.isFinite))
  }

  /// With ε = 0.01 hundreds of thousands of sweeps are not enough for 10⁻¹³, which it says.
  @Test func whatHasNotConvergedSaysSo() throws {
    let (x, y) = try reference.clouds()
    let sinkhorn = Sinkhorn(regularization: .absolute(0.01), tolerance: 1e-13, maximumSweeps: 2_000)
    let found = try sinkhorn.transport(x, y, acceptingUnconverged: true)
    #expect(!found.isConverged && found.sweeps == 2_000 && found.marginalError > 1e-13)
    expectClose([found.value], [0.45955936], within: 1e-6, "value")
  }

  @Test(arguments: [Sinkhorn.Cost.squared, .euclidean]) func gradientsAreCentralDifferences(cost: Sinkhorn.Cost) throws
  {
    let (x, y) = try reference.clouds(weighted: true)
    let sinkhorn = Sinkhorn(cost: cost, regularization: .absolute(0.4), tolerance: 1e-13)
    let envelope = try #require(try sinkhorn.transport(x, y, gradient: .envelope).gradient)
    let unrolled = try #require(try sinkhorn.transport(x, y, gradient: .unrolled).gradient)
    // At convergence they are one.
    expectClose(unrolled.x, envelope.x, within: 1e-9, "x")
    expectClose(unrolled.y, envelope.y, within: 1e-9, "y")
    let few = Sinkhorn(cost: cost, regularization: .absolute(0.4), tolerance: 1e-13, maximumSweeps: 2)
    let part = try few.transport(x, y, gradient: .unrolled, acceptingUnconverged: true)
    let divergence = try #require(try sinkhorn.divergence(x, y, gradient: true).gradient)
    for index in x.values.indices {
      let slopes = try [
        slope(x, index) { try sinkhorn.transport($0, y).value },
        slope(y, index) { try sinkhorn.transport(x, $0).value },
        slope(x, index) { try few.transport($0, y, acceptingUnconverged: true).value },
        slope(y, index) { try few.transport(x, $0, acceptingUnconverged: true).value },
        slope(x, index) { try sinkhorn.divergence($0, y).value },
      ]
      let found = [
        envelope.x[index], envelope.y[index], part.gradient!.x[index], part.gradient!.y[index], divergence[index],
      ]
      expectClose(found, slopes, within: 1e-6, "coordinate \(index)")
    }
    #expect(!part.isConverged && abs(part.gradient!.x[0] - envelope.x[0]) > 1e-9)
  }

  @Test func threadsAndPrecisionChangeNothingThatMatters() throws {
    let (x, y) = (try normalCloud(700, dimension: 5, seed: 1), try normalCloud(900, dimension: 5, shift: 0.5, seed: 2))
    func value(_ precision: PairwisePrecision, threads: Int) throws -> [Double] {
      let sinkhorn = Sinkhorn(precision: precision)
      let (plan, divergence) = (
        try sinkhorn.transport(x, y, gradient: .envelope, threads: threads),
        try sinkhorn.divergence(x, y, threads: threads)
      )
      return [plan.cost, plan.value, divergence.value, plan.marginalError] + plan.gradient!.x
    }
    for precision in [PairwisePrecision.single, .double] {
      let one = try value(precision, threads: 1)
      for threads in [2, 3, 5] { #expect(try value(precision, threads: threads) == one) }
    }
    let (single, double) = (try value(.single, threads: 2), try value(.double, threads: 2))
    expectClose(single, double, within: 1e-4, "single precision")
  }

  @Test func numbersThatMeanNothingAreAnError() throws {
    let x = try PointCloud([0, 1])
    for sinkhorn in [
      Sinkhorn(regularization: .absolute(0)), Sinkhorn(regularization: .relative(-1)), Sinkhorn(tolerance: 0),
      Sinkhorn(maximumSweeps: 0), Sinkhorn(regularization: .absolute(.nan)),
    ] {
      #expect(throws: FlowError.self) { try sinkhorn.transport(x, x) }
    }
    #expect(throws: FlowError.self) { try Sinkhorn().transport(x, PointCloud([0, 1], dimension: 2)) }
    // Points all in one place cost nothing, and divide by nothing.
    let same = try PointCloud([2, 2, 2])
    #expect(try Sinkhorn().transport(same, same).cost == 0)
  }
}
