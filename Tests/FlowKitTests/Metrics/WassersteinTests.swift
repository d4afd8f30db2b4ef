import FlowKit
import Testing

@Suite struct WassersteinTests {
  @Test func onALineItIsThatOfSciPyAndPOT() throws {
    let line = try MetricReference.read().line
    let (x, y) = (try PointCloud(line.x, weights: line.a), try PointCloud(line.y, weights: line.b))
    let costs = try [1, 2, 3].map { try Wasserstein.cost(x, y, power: $0) }
    expectClose(costs, [line.w1, line.w2Squared, line.w3Cubed], within: 1e-10, "W")
    #expect(try Wasserstein.cost(x, x, power: 2.5) == 0)
    // Between two points alone every power is that of their distance.
    expectClose(
      [try Wasserstein.cost(PointCloud([1]), PointCloud([4]), power: 2.5)], [Double(3 * 3) * 3.0.squareRoot()],
      within: 1e-12, "points")
  }

  @Test func betweenNormalSamplesItIsThatOfTheNormals() throws {
    let (x, y) = (
      try normalCloud(40_000, dimension: 1, seed: 1), try normalCloud(50_000, dimension: 1, shift: 1, scale: 2, seed: 2)
    )
    // 4 standard errors of a mean of 40,000.
    #expect(abs(try Wasserstein.cost(x, y) - 1.166630943) < 0.05)
    #expect(abs(try Wasserstein.cost(x, y, power: 2) - 2) < 0.12)
  }

  @Test func slicedOfAShiftIsItsMeanSquare() throws {
    let x = try normalCloud(2_000, dimension: 3, seed: 3)
    let y = try PointCloud(x.values.indices.map { x.values[$0] + ($0 % 3 == 1 ? 2 : 0) }, dimension: 3)
    let sliced = try Wasserstein.sliced(x, y, directions: 2_000)
    // E (θ·m)² = |m|²/D exactly, whatever the points are.
    #expect(abs(sliced.cost - 4.0 / 3) < 4 * sliced.standardError && sliced.standardError < 0.04, "\(sliced)")
    expectClose([sliced.distance * sliced.distance], [sliced.cost], within: 1e-12, "distance")
    for threads in [1, 2, 3] {
      #expect(
        try Wasserstein.sliced(x, y, directions: 50, threads: threads) == Wasserstein.sliced(x, y, directions: 50))
    }
    #expect(try Wasserstein.sliced(x, y, directions: 50, seed: 1) != Wasserstein.sliced(x, y, directions: 50))
  }

  @Test func ofNormalsItIsThatOfPOT() throws {
    let reference = try MetricReference.read()
    let cost = try Wasserstein.gaussianCost(
      mean: [0, 0], covariance: [2, 0.5, 0.5, 1], otherMean: [1, -1], otherCovariance: [1, -0.3, -0.3, 1.5])
    expectClose([cost], [reference.gaussian.w2Squared], within: 1e-10, "W2")
    let clouds = try reference.clouds()
    expectClose(
      [try Wasserstein.gaussianCost(clouds.x, clouds.y)], [reference.gaussian.fromMoments], within: 1e-10, "of clouds")
    // A point is a normal distribution without a spread.
    expectClose(
      [
        try Wasserstein.gaussianCost(
          mean: [1, 1], covariance: [0, 0, 0, 0], otherMean: [0, 0], otherCovariance: [4, 2, 2, 1])
      ],
      [7], within: 1e-12, "singular")
    #expect(throws: FlowError.self) {
      try Wasserstein.gaussianCost(
        mean: [0, 0], covariance: [1, 2, 2, 1], otherMean: [0, 0], otherCovariance: [1, 0, 0, 1])
    }
  }

  @Test func wrongUseIsAnError() throws {
    let (x, y) = (try PointCloud([0, 1], dimension: 2), try PointCloud([0, 1]))
    #expect(throws: FlowError.self) { try Wasserstein.cost(x, x) }
    #expect(throws: FlowError.self) { try Wasserstein.cost(y, y, power: 0.5) }
    #expect(throws: FlowError.self) { try Wasserstein.sliced(x, y) }
    #expect(throws: FlowError.self) { try Wasserstein.sliced(x, x, directions: 1) }
    #expect(throws: FlowError.self) { try PointCloud([0, 1, .nan], dimension: 1) }
    #expect(throws: FlowError.self) { try PointCloud([0, 1, 2], dimension: 2) }
    #expect(throws: FlowError.self) { try PointCloud([0, 1], weights: [0, 0]) }
    #expect(throws: FlowError.self) { try PointCloud([0, 1], weights: [1]) }
    #expect(throws: FlowError.self) { try PointCloud([0, 1], weights: [2, -1]) }
  }
}
