import FlowKit
import Glibc
import Testing

@Suite struct StalePartialsTests {
  /// A process number that is free: above what Linux gives out.
  private let gone = 4_194_304 + 1

  private func write(_ path: String, age seconds: Int) throws {
    try AtomicFile.write([1], to: path)
    var times = [timeval(tv_sec: time(nil) - seconds, tv_usec: 0), timeval(tv_sec: time(nil) - seconds, tv_usec: 0)]
    utimes(path, &times)
  }

  @Test func onlyWhatNobodyWritesIsRemoved() throws {
    try withFolder { folder in
      let stale = [".out.h5.\(gone)-0.partial", ".out.h5.\(gone)-12.partial"]
      let others = [
        ".out.h5.\(getpid())-7.partial", ".out.h5.1-0.partial", ".other.h5.\(gone)-0.partial",
        ".out.h5.\(gone).partial",
        ".out.h5.x-0.partial", ".out.h5.-1-0.partial", "out.h5.\(gone)-0.partial", ".out.h5.\(gone)-0.partial.h5",
      ]
      for name in stale + others { try write("\(folder)/\(name)", age: 3600) }
      let fresh = ".out.h5.\(gone)-1.partial"
      try write("\(folder)/\(fresh)", age: 10)
      let locked = ".out.h5.\(gone)-2.partial"
      try write("\(folder)/\(locked)", age: 3600)
      let descriptor = open("\(folder)/\(locked)", O_RDWR)
      defer { close(descriptor) }
      flock(descriptor, LOCK_EX)
      try AtomicFile.write([1], to: "\(folder)/out.h5")
      #expect(files(in: folder) == (others + [fresh, locked, "out.h5"]).sorted())
    }
  }
}
