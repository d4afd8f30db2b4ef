import FlowKit
import Glibc

/// What the process that reads data files may use up, set by itself.
enum ReaderLimits {
  static let secondsVariable = "FLOWCTL_READ_SECONDS"
  static let gibibytesVariable = "FLOWCTL_READ_GIB"

  /// Processor time for one request, at most some megabytes of rows. Waiting for a disk does not count.
  static var seconds: Int { setting(secondsVariable) ?? 60 }

  /// Address space while `file` is read, in GiB: room for its caches (at most 1 GiB per table) and for a chunk,
  /// packed and unpacked, and not more than the machine has.
  static func gibibytes(for file: String) -> Int {
    if let setting = setting(gibibytesVariable) { return setting }
    var info = stat()
    let size = stat(file, &info) == 0 ? Int(info.st_size) : 0
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(4 + 2 * (size >> 30), max(1, memory >> 30))
  }

  private static func setting(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }.flatMap { $0 > 0 ? min($0, 1 << 20) : nil }
  }

  /// Starts or stops the clock of a request; when it has run down, SIGPROF ends the process.
  static func setClock(running: Bool) {
    var clock = itimerval()
    clock.it_value.tv_sec = running ? seconds : 0
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &clock, nil)
  }

  /// Requests for more memory fail from now on.
  static func limitMemory(gibibytes: Int) { limit(RLIMIT_AS, to: rlim_t(gibibytes) << 30) }

  /// A crash here is an error message there, and leaves no file behind.
  static func leaveNoCore() { limit(RLIMIT_CORE, to: 0) }

  private typealias Resource = __rlimit_resource

  private static func limit(_ resource: Resource, to value: rlim_t) {
    let number = __rlimit_resource_t(resource.rawValue)
    var limit = rlimit()
    getrlimit(number, &limit)
    limit.rlim_cur = min(value, limit.rlim_max)
    setrlimit(number, &limit)
  }

  /// Says so where the library complains of too little memory.
  static func explained(_ error: FlowError) -> FlowError {
    guard let detail = error.detail, detail.contains("allocation failed") else { return error }
    var error = error
    error.message += "; \(memoryAdvice)"
    return error
  }

  static let memoryAdvice =
    "a damaged file can ask for any amount of memory; for one that needs so much, set \(gibibytesVariable) to more GiB"

  /// Ends this process when the other side of its socket is gone, whatever it is doing then.
  static func endWithParent() {
    var watch = pthread_t()
    let status = pthread_create(
      &watch, nil,
      { _ in
        var state = pollfd(fd: ReaderService.descriptor, events: 0, revents: 0)
        while poll(&state, 1, -1) <= 0 || Int32(state.revents) & POLLHUP == 0 {}
        _exit(0)
      }, nil)
    precondition(status == 0, "the system gave no thread (error \(status))")
  }
}
