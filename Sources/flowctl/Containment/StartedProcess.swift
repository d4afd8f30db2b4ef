import FlowKit
import Glibc

/// A running process that serves tables or a target, and this side of its socket.
struct StartedProcess: Sendable {
  let channel: MessageChannel
  private let id: pid_t
  /// Where its standard error comes out.
  private let errors: Int32

  /// Starts this program once more.
  ///
  /// - Parameters:
  ///   - command: a name of a command that the help does not list.
  ///   - purpose: what for, for messages.
  init(_ command: String, to purpose: String) throws(FlowError) {
    var (sockets, pipes): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    defer { for end in [sockets[1], pipes[1]] where end >= 0 { close(end) } }
    guard socketpair(AF_UNIX, Self.socketType, 0, &sockets) == 0, pipe(&pipes) == 0 else {
      throw Self.failure(errno, purpose)
    }
    for descriptor in sockets + pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // A full pipe makes writing fail, not wait: nobody reads it before the end.
    for end in pipes { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    do {
      id = try Self.spawn(command, input: sockets[1], errors: pipes[1], purpose)
    } catch {
      close(sockets[0])
      close(pipes[0])
      throw error
    }
    channel = MessageChannel(descriptor: sockets[0])
    errors = pipes[0]
  }

  /// Ends the process and says how it ended.
  func end() -> ProcessEnd {
    close(channel.descriptor)
    // No more than a precaution: it ends by itself without its socket, and what it has died of stays what it was.
    kill(id, SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    var words = [UInt8](repeating: 0, count: 4096)
    let count = read(errors, &words, words.count)
    close(errors)
    return ProcessEnd(status: status, lastWords: String(decoding: words.prefix(max(0, count)), as: UTF8.self))
  }

  private static func failure(_ number: Int32, _ purpose: String) -> FlowError {
    FlowError(.file, "cannot start a process to \(purpose): \(String(cString: strerror(number)))")
  }

  private static func spawn(
    _ command: String, input: Int32, errors: Int32, _ purpose: String
  ) throws(FlowError) -> pid_t {
    var actions = Actions()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var attributes = Attributes()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own: Ctrl-C is for this process alone. Signals are as for a new program.
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("flowctl"), strdup(command), nil]
    var variables = environment
    defer { for text in arguments + variables { free(text) } }
    var id: pid_t = 0
    let status = posix_spawn(&id, executable, &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw failure(status, purpose) }
    return id
  }

  /// That of this process. It computes nothing, so OpenBLAS needs no threads, and is to die at once when it crashes.
  private static var environment: [UnsafeMutablePointer<CChar>?] {
    var variables = [strdup("OPENBLAS_NUM_THREADS=1"), strdup("SWIFT_BACKTRACE=enable=no")]
    var next = environ
    while let text = next.pointee {
      variables.append(strdup(text))
      next += 1
    }
    return variables + [nil]
  }

  private typealias Actions = posix_spawn_file_actions_t
  private typealias Attributes = posix_spawnattr_t
  private static let socketType = Int32(SOCK_STREAM.rawValue)
  private static let executable = "/proc/self/exe"
}
