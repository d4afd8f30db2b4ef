import FlowKit
import Glibc
import Synchronization

/// A target of a shared object, computed by processes of their own, one for each thread that asks at the same time: BridgeStan
/// models are not made for several threads, and what crashes there is a message here.
final class ContainedTarget: TargetDensity {
  let description: TargetDescription
  private let library: String
  private let data: String?
  /// Processes that have nothing to do.
  private let idle: Mutex<[StartedProcess]>

  var columns: [String] { description.columns }

  init(_ library: String, data: String?) throws(FlowError) {
    (self.library, self.data) = (library, data)
    let (process, description) = try Self.started(library, data)
    self.description = description
    idle = Mutex([process])
  }

  /// The target to which a model was fitted.
  convenience init(of model: Model, _ path: String) throws(FlowError) {
    guard case .text(let library)? = model.provenance["target"], library.contains("/") else {
      throw FlowError(.data, "\(path) was not fitted to a shared object: it has no constrained parameters")
    }
    var data: String?
    if case .text(let given)? = model.provenance["target_data"], !given.isEmpty { data = given }
    try self.init(library, data: data)
    guard !description.constrained.isEmpty else {
      throw FlowError(.data, "the target of \(path) is no Stan model: its parameters have no constraints")
    }
  }

  deinit {
    idle.withLock { processes in
      for process in processes { _ = process.end() }
    }
  }

  func evaluate(_ points: [Double]) throws(FlowError) -> TargetValues {
    let count = points.count / columns.count
    let numbers = try ask(.evaluate(count: count), points, count: count * (1 + columns.count))
    return TargetValues(logDensities: Array(numbers[..<count]), gradients: Array(numbers[count...]))
  }

  /// The parameters that users know, N × K.
  func constrained(_ points: [Double]) throws(FlowError) -> [Double] {
    let count = points.count / columns.count
    return try ask(.constrain(count: count), points, count: count * description.constrained.count)
  }

  private func ask(_ request: TargetRequest, _ points: [Double], count: Int) throws(FlowError) -> [Double] {
    let process = if let ready = idle.withLock({ $0.popLast() }) { ready } else { try Self.started(library, data).0 }
    var numbers: [Double] = []
    let reply: TargetReply
    do {
      try process.channel.send(request)
      try process.channel.send(TargetRequest.points, points)
      reply = try process.channel.receive(TargetReply.self, &numbers, count: count).0
    } catch {
      throw Self.error(process.end(), library)
    }
    idle.withLock { $0.append(process) }
    if case .failure(let error) = reply { throw error }
    return numbers
  }

  private static func started(
    _ library: String, _ data: String?
  ) throws(FlowError) -> (StartedProcess, TargetDescription) {
    let process = try StartedProcess(TargetService.command, to: "compute the target in")
    var none: [Double] = []
    let reply: TargetReply
    do {
      try process.channel.send(TargetRequest.open(library: library, data: data))
      reply = try process.channel.receive(TargetReply.self, &none, count: 0).0
    } catch {
      throw Self.error(process.end(), library)
    }
    switch reply {
    case .description(let description): return (process, description)
    case .failure(let error):
      _ = process.end()
      throw error
    case .done: throw Self.error(process.end(), library)
    }
  }

  private static func error(_ end: ProcessEnd, _ library: String) -> FlowError {
    let detail = end.lastWords.isEmpty ? nil : end.lastWords
    let happened =
      switch end.signal {
      case 0: "ended by itself (exit code \(end.status >> 8)) while it was computed"
      case SIGPROF:
        "did not come to an end in \(ReaderLimits.seconds) s of processor time; set \(ReaderLimits.secondsVariable) to more seconds if it needs them"
      case SIGKILL: "was killed, for want of memory perhaps"
      default: "crashed (signal \(end.signal))"
      }
    return FlowError(.file, "the target \(library) \(happened)", detail: detail)
  }
}
