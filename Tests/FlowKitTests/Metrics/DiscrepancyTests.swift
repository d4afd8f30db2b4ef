import FlowKit
import Testing

@Suite struct DiscrepancyTests {
  private let reference: MetricReference

  init() throws { reference = try MetricReference.read() }

  @Test func kernelMeansAreThoseOfNumPy() throws {
    for each in reference.mmd.cases {
      let (x, y) = try reference.clouds(weighted: each.weighted)
      let kernel = try #require(MaximumMeanDiscrepancy.Kernel(rawValue: each.kernel))
      var discrepancy = MaximumMeanDiscrepancy(
        kernel: kernel, bandwidths: .absolute(reference.mmd.bandwidths), statistic: .biased)
      let biased = try discrepancy.squared(x, y)
      discrepancy.statistic = .unbiased
      expectClose([biased, try discrepancy.squared(x, y)], [each.biased, each.unbiased], within: 1e-10, each.kernel)
    }
    let (x, y) = try reference.clouds()
    let one = try [PairStatistic.biased, .unbiased].map {
      try MaximumMeanDiscrepancy(bandwidths: .absolute([1]), statistic: $0).squared(x, y)
    }
    expectClose(one, [reference.mmd.one.biased, reference.mmd.one.unbiased], within: 1e-10, "one bandwidth")
    // Bandwidths in medians are those times the median.
    let median = reference.mmd.median
    let relative = try MaximumMeanDiscrepancy(bandwidths: .relative([0.5, 2])).squared(x, y)
    let absolute = try MaximumMeanDiscrepancy(bandwidths: .absolute([0.5 * median, 2 * median])).squared(x, y)
    expectClose([relative], [absolute], within: 1e-12, "median")
  }

  @Test func betweenNormalSamplesItIsTheClosedForm() throws {
    let (x, y) = (
      try normalCloud(2_500, dimension: 5, seed: 1), try normalCloud(2_500, dimension: 5, shift: 1, seed: 2)
    )
    let found = try [1, 5.0.squareRoot()].map {
      try MaximumMeanDiscrepancy(bandwidths: .absolute([$0]), precision: .single).squared(x, y)
    }
    // Five standard errors: by NumPy the first has 0.0014 for so many points.
    #expect(abs(found[0] - 0.0196964039) < 7e-3 && abs(found[1] - 0.0594516174) < 2.1e-2, "\(found)")
    let energies = (
      try EnergyDistance.exact(
        normalCloud(2_500, dimension: 1, seed: 1), normalCloud(2_500, dimension: 1, shift: 1, seed: 2),
        statistic: .unbiased),
      try EnergyDistance.exact(
        normalCloud(2_500, dimension: 3, seed: 1), normalCloud(2_500, dimension: 3, shift: 1, seed: 2),
        statistic: .unbiased)
    )
    #expect(abs(energies.0 - 0.5418065793) < 0.06 && abs(energies.1 - 0.3670477564) < 0.05, "\(energies)")
  }

  @Test func energiesAreThoseOfDcorAndSciPy() throws {
    let ((x, y), (u, v)) = (try reference.clouds(), try reference.clouds(weighted: true))
    let found = [
      try EnergyDistance.exact(x, y), try EnergyDistance.exact(u, v),
      try EnergyDistance.exact(x, y, statistic: .unbiased),
    ]
    let energy = reference.energy
    expectClose(found, [energy.clouds, energy.weighted, energy.unbiased], within: 1e-10, "energy")
    let numbers = try PointCloud((0..<100).map(Double.init))
    let squares = try PointCloud(numbers.values.map { $0 * $0 })
    expectClose([try EnergyDistance.exact(numbers, squares)], [energy.squares], within: 1e-10, "squares")
    let line = reference.line
    let (a, b) = (try PointCloud(line.x, weights: line.a), try PointCloud(line.y, weights: line.b))
    expectClose([try EnergyDistance.exact(a, b).squareRoot()], [line.rootOfEnergy], within: 1e-10, "SciPy's root")
    // On a line every direction is the same, up to its sign: slices are exact.
    let sliced = try EnergyDistance.sliced(a, b, directions: 2)
    expectClose([sliced.value], [line.rootOfEnergy * line.rootOfEnergy], within: 1e-10, "sliced")
    #expect(sliced.standardError < 1e-12)
  }

  @Test func slicesEstimateTheExactDistance() throws {
    let (x, y) = (try normalCloud(400, dimension: 4, seed: 1), try normalCloud(300, dimension: 4, shift: 0.8, seed: 2))
    let (exact, sliced) = (
      try EnergyDistance.exactWithGradient(x, y), try EnergyDistance.sliced(x, y, directions: 3_000, gradient: true)
    )
    #expect(abs(sliced.value - exact.value) < 4 * sliced.standardError && sliced.standardError < 0.03 * exact.value)
    let gradient = try #require(sliced.gradient)
    let scale = exact.gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let error = zip(gradient, exact.gradient).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(error < 0.1 * scale, "\(error / scale)")
    for threads in [1, 3] {
      let other = try EnergyDistance.sliced(x, y, directions: 50, gradient: true, threads: threads)
      let one = try EnergyDistance.sliced(x, y, directions: 50, gradient: true)
      #expect(other.value == one.value && other.gradient == one.gradient)
    }
  }

  @Test(arguments: [PairStatistic.biased, .unbiased]) func gradientsAreCentralDifferences(statistic: PairStatistic)
    throws
  {
    let (x, y) = try reference.clouds(weighted: true)
    let kernels = MaximumMeanDiscrepancy.Kernel.allCases.map {
      MaximumMeanDiscrepancy(kernel: $0, bandwidths: .absolute([0.4, 1.5]), statistic: statistic)
    }
    var gradients = try kernels.map { try $0.squaredWithGradient(x, y).gradient }
    gradients.append(try EnergyDistance.exactWithGradient(x, y, statistic: statistic).gradient)
    let sliced = try #require(try EnergyDistance.sliced(x, y, directions: 7, gradient: true).gradient)
    for index in x.values.indices {
      var slopes = try kernels.map { kernel in try slope(x, index) { try kernel.squared($0, y) } }
      slopes.append(try slope(x, index) { try EnergyDistance.exact($0, y, statistic: statistic) })
      slopes.append(try slope(x, index) { try EnergyDistance.sliced($0, y, directions: 7).value })
      expectClose(gradients.map { $0[index] } + [sliced[index]], slopes, within: 1e-8, "coordinate \(index)")
    }
  }

  @Test func weightTwoIsARowTwice() throws {
    let (x, y) = try reference.clouds()
    let (double, twice) = (
      try PointCloud(x.values, dimension: 2, weights: [2, 1, 1, 1, 1, 1, 1, 1]),
      try PointCloud(Array(x.values.prefix(2)) + x.values, dimension: 2)
    )
    for cloud in [(double, y, twice, y), (y, double, y, twice)] {
      expectClose(
        [
          try EnergyDistance.exact(cloud.0, cloud.1),
          try MaximumMeanDiscrepancy(bandwidths: .absolute([1]), statistic: .biased).squared(cloud.0, cloud.1),
          try EnergyDistance.sliced(cloud.0, cloud.1).value, try Wasserstein.sliced(cloud.0, cloud.1).cost,
        ],
        [
          try EnergyDistance.exact(cloud.2, cloud.3),
          try MaximumMeanDiscrepancy(bandwidths: .absolute([1]), statistic: .biased).squared(cloud.2, cloud.3),
          try EnergyDistance.sliced(cloud.2, cloud.3).value, try Wasserstein.sliced(cloud.2, cloud.3).cost,
        ],
        within: 1e-12, "weight 2")
    }
  }

  @Test func threadsAndPrecisionChangeNothingThatMatters() throws {
    let (x, y) = (try normalCloud(1_100, dimension: 3, seed: 4), try normalCloud(900, dimension: 3, shift: 1, seed: 5))
    func values(_ precision: PairwisePrecision, threads: Int) throws -> [Double] {
      let (energy, mmd) = (
        try EnergyDistance.exactWithGradient(x, y, precision: precision, threads: threads),
        try MaximumMeanDiscrepancy(precision: precision).squaredWithGradient(x, y, threads: threads)
      )
      return [energy.value, mmd.value] + energy.gradient + mmd.gradient
    }
    for precision in [PairwisePrecision.single, .double] {
      let one = try values(precision, threads: 1)
      for threads in [2, 3, 5] { #expect(try values(precision, threads: threads) == one) }
    }
    expectClose(try values(.single, threads: 2), try values(.double, threads: 2), within: 1e-5, "single precision")
  }

  @Test func wrongUseIsAnError() throws {
    let (one, two) = (try PointCloud([1]), try PointCloud([1, 2]))
    #expect(throws: FlowError.self) { try MaximumMeanDiscrepancy().squared(one, two) }
    #expect(throws: FlowError.self) { try MaximumMeanDiscrepancy(bandwidths: .absolute([0])).squared(two, two) }
    #expect(throws: FlowError.self) { try MaximumMeanDiscrepancy(bandwidths: .relative([])).squared(two, two) }
    #expect(throws: FlowError.self) { try EnergyDistance.exact(two, PointCloud([1, 2], dimension: 2)) }
    #expect(throws: FlowError.self) { try EnergyDistance.sliced(two, two, directions: 1) }
  }
}
