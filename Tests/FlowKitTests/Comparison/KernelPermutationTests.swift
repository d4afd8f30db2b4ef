import Testing

@testable import FlowKit

@Suite struct KernelPermutationTests {
  private let x, y: PointCloud
  private let pooled: PointCloud
  private let ways: Relabelling
  private let pool = WorkerPool(threads: 2)

  init() throws {
    // More than one strip of rows, and samples of unequal size.
    x = try PointCloud(normals(90 * 3, seed: 1), dimension: 3)
    y = try PointCloud(normals(70 * 3, shift: 0.2, seed: 2), dimension: 3)
    pooled = try PointCloud(x.values + y.values, dimension: 3)
    ways = Relabelling(90, 70, permutations: 40, seed: 5)
  }

  /// Every way is the statistic of the samples that it makes.
  @Test func formsAreTheStatistics() throws {
    let kernels: [(kernel: PairKernel, bandwidth: Double)] = [(.distance, 1), (.gaussian, 0.7), (.laplace, 2)]
    let pass = KernelPermutations(pooled, kernels, ways, pool)
    var (isFirst, order) = ([Bool](repeating: false, count: 160), [Int32](repeating: 0, count: 160))
    for way in [0, 1, 17, 40] {
      ways.fill(&isFirst, way: way, using: &order)
      func cloud(_ first: Bool) throws -> PointCloud {
        let rows = (0..<160).filter { isFirst[$0] == first }
        return try PointCloud(rows.flatMap { pooled.values[($0 * 3)..<($0 * 3 + 3)] }, dimension: 3)
      }
      let (a, b) = (try cloud(true), try cloud(false))
      let energy = try EnergyDistance.exact(a, b)
      expectClose([-pass.forms[0][way]], [energy], within: 2e-6, "energy distance of way \(way)")
      for (index, kernel) in [(1, MaximumMeanDiscrepancy.Kernel.gaussian), (2, .laplace)] {
        let mmd = try MaximumMeanDiscrepancy(
          kernel: kernel, bandwidths: .absolute([kernels[index].bandwidth]), statistic: .biased
        ).squared(a, b)
        // The diagonal is left out.
        let expected = mmd - 1 / 90.0 - 1 / 70.0
        expectClose([pass.forms[index][way]], [expected], within: 2e-6, "MMD of way \(way)")
      }
    }
  }

  @Test func threadsChangeNothing() {
    let one = KernelPermutations.tests(pooled, ways, WorkerPool(threads: 1))
    let two = KernelPermutations.tests(pooled, ways, pool)
    #expect(one.energy == two.energy && one.mmd == two.mmd)
  }

  @Test func aShiftIsFoundAndNoneIsNot() throws {
    let shifted = try PointCloud(normals(160 * 3, seed: 7).enumerated().map { $0 < 270 ? $1 : $1 + 1 }, dimension: 3)
    let ways = Relabelling(90, 70, permutations: 199, seed: 1)
    let found = KernelPermutations.tests(shifted, ways, pool)
    #expect(found.energy == 0.005 && found.mmd == 0.005)
    let one = KernelPermutations.tests(try PointCloud([1.0, 1, 1]), Relabelling(1, 2, permutations: 9, seed: 1), pool)
    #expect(one.energy == 1 && one.mmd == 1)
  }

  /// p-values of equal distributions are uniform: of 300 about 30 are at most 0.1, with a standard deviation of 5.2.
  @Test func underTheNullHypothesisThatIsRare() throws {
    var (energy, mmd) = (0, 0)
    for trial in 0..<300 as Range<UInt64> {
      let points = try PointCloud(normals(40, seed: trial + 100), dimension: 2)
      let ways = Relabelling(10, 10, permutations: 99, seed: trial)
      let tests = KernelPermutations.tests(points, ways, pool)
      energy += tests.energy <= 0.1 ? 1 : 0
      mmd += tests.mmd <= 0.1 ? 1 : 0
    }
    #expect(abs(energy - 30) <= 18)
    #expect(abs(mmd - 30) <= 18)
  }
}
