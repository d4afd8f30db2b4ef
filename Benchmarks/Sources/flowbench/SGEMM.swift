import CBLAS
import FlowKit
import Glibc

/// The rate of OpenBLAS's single-precision matrix product, the yardstick for what a machine can do.
enum SGEMM {
  private static let size = 512

  /// GFLOP/s of products of 512 × 512 matrices, one independent product per thread, over about a second.
  static func rate(threads: Int?) -> Double {
    openblas_set_num_threads(1)
    let threads = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let handles = (0..<threads).map { _ in
      var thread = pthread_t()
      pthread_create(&thread, nil, { _ in SGEMM.multiplyForASecond() }, nil)
      return thread
    }
    return handles.reduce(0) { sum, thread in
      var products: UnsafeMutableRawPointer?
      pthread_join(thread, &products)
      return sum + Double(Int(bitPattern: products)) * 1e-6 * 2 * Double(size * size * size) * 1e-9
    }
  }

  /// Products per second, in millionths, as the pointer that a thread returns.
  private static func multiplyForASecond() -> UnsafeMutableRawPointer? {
    let a = [Float](repeating: 0.5, count: size * size)
    var c = a
    let clock = ContinuousClock()
    func product() {
      let n = Int32(size)
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, a, n, 0, &c, n)
    }
    product()
    let start = clock.now
    var count = 0
    while clock.now - start < .seconds(1) {
      product()
      count += 1
    }
    let elapsed = (clock.now - start) / .seconds(1)
    return UnsafeMutableRawPointer(bitPattern: Int(Double(count) / elapsed * 1e6))
  }
}
