import Dispatch
import FlowKit
import FlowKitTestSupport
import Synchronization

/// How often a calibration passes, over repetitions with fresh truths, data and draws.
enum Calibrations {
  static func count(_ repetitions: Int) throws {
    print("| events | stated standard deviations | passed | in all bands | columns in their bands | width found |")
    print("|---:|---|---:|---:|---:|---:|")
    for (events, scale) in [(100, 1.0), (1_000, 1), (1_000, 0.9), (1_000, 1.1)] {
      let posterior = ExactPosterior(scale: scale, draws: 100)
      let sums = Mutex((passed: 0, bands: 0, columns: 0, width: 0.0))
      DispatchQueue.concurrentPerform(iterations: repetitions) { repetition in
        guard let result = try? posterior.calibration(events, seed: UInt64(repetition)) else { return }
        sums.withLock {
          $0.passed += result.isCalibrated() ? 1 : 0
          $0.bands += result.checks.allSatisfy(\.isInBand) ? 1 : 0
          $0.columns += result.columns.count(where: \.isInBand)
          $0.width += result.columns.reduce(0) { $0 + $1.width.value } / 2
        }
      }
      let result = sums.withLock { $0 }
      func percent(_ count: Int, of total: Int) -> String {
        "\((1_000 * Double(count) / Double(total)).rounded() / 10) %"
      }
      let width = (1_000 * result.width / Double(repetitions)).rounded() / 1_000
      print(
        "| \(events) | × \(scale) | \(percent(result.passed, of: repetitions)) | \(percent(result.bands, of: repetitions)) | "
          + "\(percent(result.columns, of: 2 * repetitions)) | \(width) |")
    }
  }
}
