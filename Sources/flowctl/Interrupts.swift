import Glibc
import Synchronization

/// Ctrl-C: the first asks the program to stop in good order, a second one ends it at once.
enum Interrupts {
  private static let count = Atomic(0)

  /// Whether somebody asked to stop.
  static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

  static func catchThem() {
    for signal in [SIGINT, SIGTERM] {
      Glibc.signal(signal) { number in
        if Interrupts.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
  }
}
