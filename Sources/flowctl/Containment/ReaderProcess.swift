import FlowKit
import Glibc
import Synchronization

/// The process that reads data files, seen from the one that needs the rows; started with the first request.
///
/// Requests of several threads wait for each other, as calls of libhdf5 do in any case.
final class ReaderProcess: Sendable {
  private enum State: Sendable {
    case notStarted
    case running(StartedProcess)
    case ended(FlowError)
  }

  private let state = Mutex(State.notStarted)

  deinit {
    state.withLock { state in
      if case .running(let reader) = state { _ = reader.end() }
    }
  }

  /// Sends a request and waits for its reply; one that is an error is thrown.
  ///
  /// - Parameter file: what messages name if the process dies of it.
  func ask(_ request: ReaderRequest, about file: String) throws(FlowError) -> ReaderReply {
    var none: [Double] = []
    return try ask(request, about: file, rows: &none, count: 0)
  }

  /// Sends a request that has no reply, without waiting.
  func tell(_ request: ReaderRequest) {
    state.withLock { state in
      guard case .running(let reader) = state else { return }
      // That the process is gone shows when something is asked for.
      do { try reader.channel.send(request) } catch {}
    }
  }

  /// As the other `ask`, where `count` numbers come with the reply.
  func ask(
    _ request: ReaderRequest, about file: String, rows: inout [Double], count: Int
  ) throws(FlowError) -> ReaderReply {
    let reply = try state.withLock { state throws(FlowError) in
      if case .notStarted = state { state = .running(try StartedProcess(ReaderService.command, to: "read data in")) }
      switch state {
      case .notStarted: preconditionFailure("the process was started")
      case .ended(let error): throw error
      case .running(let reader):
        do {
          try reader.channel.send(request)
          let (reply, hasRows) = try reader.channel.receive(ReaderReply.self, &rows, count: count)
          if case .done = reply, hasRows != (count > 0) { throw MessageChannel.Broken() }
          return reply
        } catch {
          let error = reader.end().error(about: file)
          state = .ended(error)
          throw error
        }
      }
    }
    if case .failure(let error) = reply { throw error }
    return reply
  }
}

/// How the process ended.
struct ProcessEnd {
  /// As `waitpid` gives it.
  let status: Int32
  /// What it last wrote to its standard error.
  let lastWords: String

  /// The signal that ended it; 0 where it ended by itself.
  var signal: Int32 { status & 0x7F }

  /// For one that read a data file.
  func error(about file: String) -> FlowError {
    let detail = lastWords.isEmpty ? nil : lastWords
    let advice = "copy it again, or see with h5dump what of it can be read"
    if signal == SIGPROF {
      return FlowError(
        .file,
        "\(file) is probably damaged: the HDF5 library did not come to an end in \(ReaderLimits.seconds) s of processor "
          + "time; \(advice), or set \(ReaderLimits.secondsVariable) to more seconds", detail: detail)
    }
    if signal == SIGKILL {
      return FlowError(
        .file,
        "the process that reads \(file) was killed, for want of memory perhaps; free some, or \(advice)", detail: detail
      )
    }
    if signal == 0 {
      return FlowError(
        .file, "\(file) is probably damaged: the process that reads it ended without a reply; \(advice)", detail: detail
      )
    }
    return FlowError(
      .file,
      "\(file) is probably damaged: the HDF5 library crashed while it read it (signal \(signal)); \(advice)",
      detail: detail)
  }
}
