import FlowKit
import Glibc
import Synchronization

/// Ctrl-C: the first asks the program to stop in good order, a second one ends it at once.
enum Interrupts {
  private static let count = Atomic(0)

  /// Whether somebody asked to stop.
  static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

  static func catchThem() {
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&blocked, signal)
      Glibc.signal(signal) { number in
        // Only what a signal handler may do: an atomic addition, write and _exit.
        if Interrupts.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
        let note: StaticString = "flowctl: stopping in good order; a second Ctrl-C leaves at once\n"
        _ = Glibc.write(STDERR_FILENO, note.utf8Start, note.utf8CodeUnitCount)
      }
    }
    // A parent that blocks them, as threads of Dispatch do, hands that down.
    pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
  }

  /// Ends a command that writes `output` block by block: what is thrown takes the partial file with it.
  static func check(writing output: String?) throws(FlowError) {
    if isPending { throw FlowError(.file, "interrupted\(output.map { ": nothing was written to \($0)" } ?? "")") }
  }
}
