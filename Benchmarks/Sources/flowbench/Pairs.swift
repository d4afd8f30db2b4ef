import FlowKit
import Glibc

/// What pairs of points cost: Sinkhorn's sweeps, kernels and energies, and how much memory a large cloud takes.
enum Pairs {
  static func measure(threads: Int?) throws {
    let (x, y) = (try cloud(2_000, seed: 1), try cloud(2_000, seed: 2))
    for precision in [PairwisePrecision.single, .double] {
      func seconds(sweeps: Int) throws -> Double {
        let sinkhorn = Sinkhorn(tolerance: 1e-15, maximumSweeps: sweeps, precision: precision)
        return try best(of: 5) { _ = try sinkhorn.transport(x, y, acceptingUnconverged: true, threads: threads) }
      }
      let sweep = (try seconds(sweeps: 60) - seconds(sweeps: 10)) / 50
      let energy = try best(of: 5) {
        _ = try EnergyDistance.exactWithGradient(x, y, precision: precision, threads: threads)
      }
      let mmd = try best(of: 5) {
        _ = try MaximumMeanDiscrepancy(bandwidths: .absolute([0.5, 1, 2, 4, 8]), precision: precision)
          .squaredWithGradient(x, y, threads: threads)
      }
      print(
        "2,000 x 2,000 points, D = 5, \(precision): a Sinkhorn sweep of both potentials \(milliseconds(sweep)) ms, energy "
          + "distance and gradient \(milliseconds(energy)) ms, MMD of five bandwidths \(milliseconds(mmd)) ms")
    }
    let before = peakMegabytes()
    let (u, v) = (try cloud(100_000, seed: 3), try cloud(100_000, seed: 4))
    let held = peakMegabytes()
    let sliced = try best(of: 1) { _ = try EnergyDistance.sliced(u, v, directions: 100, threads: threads) }
    let exact = try best(of: 1) { _ = try EnergyDistance.exact(u, v, precision: .single, threads: threads) }
    let sweep = Sinkhorn(regularization: .absolute(0.5), tolerance: 0.5, maximumSweeps: 1, precision: .single)
    let transport = try best(of: 1) { _ = try sweep.transport(u, v, acceptingUnconverged: true, threads: threads) }
    print(
      "100,000 x 100,000 points: energy distance sliced \(milliseconds(sliced)) ms, exact \(milliseconds(exact)) ms; transport "
        + "with one sweep \(milliseconds(transport)) ms; \(peakMegabytes() - held) MB beside \(held - before) MB of points"
    )
  }

  private static func cloud(_ count: Int, seed: UInt64) throws -> PointCloud {
    var random = RandomStream(seed: seed, purpose: .samples)
    return try PointCloud((0..<(5 * count)).map { _ in 4 * random.uniform() - 2 }, dimension: 5)
  }

  private static func best(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<runs {
      let start = ContinuousClock.now
      try body()
      let duration = (ContinuousClock.now - start).components
      best = min(best, Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
    }
    return best
  }

  private static func milliseconds(_ seconds: Double) -> Double { (seconds * 1e5).rounded() / 100 }

  private static func peakMegabytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1_024
  }
}
