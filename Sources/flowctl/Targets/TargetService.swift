import FlowKit
import Glibc

/// The process that computes a target of a shared object: it may crash, exit or not come to an end there.
struct TargetService {
  static let command = "serve-target"
  private let channel = MessageChannel(descriptor: ReaderService.descriptor)
  private var library: (any TargetLibrary)?

  static func run() -> Never {
    for descriptor in 3..<1024 { close(Int32(descriptor)) }
    ReaderLimits.leaveNoCore()
    ReaderLimits.endWithParent()
    var service = TargetService()
    do {
      while true { try service.serveNext() }
    } catch {
      _exit(0)
    }
  }

  private mutating func serveNext() throws(MessageChannel.Broken) {
    var points: [Double] = []
    let (request, _) = try channel.receive(TargetRequest.self, &points, count: 0)
    if let count = request.count, let library {
      _ = try channel.receive(TargetRequest.self, &points, count: count * library.description.columns.count)
    }
    ReaderLimits.setClock(running: true)
    defer { ReaderLimits.setClock(running: false) }
    do throws(FlowError) {
      let (reply, numbers) = try answer(request, points)
      try channel.sending(reply, numbers)
    } catch {
      try channel.send(TargetReply.failure(error))
    }
  }

  private mutating func answer(
    _ request: TargetRequest, _ points: [Double]
  ) throws(FlowError) -> (TargetReply, [Double]) {
    switch (request, library) {
    case (.open(let path, let data), _):
      let opened = try SharedObject(path).target(data: data)
      library = opened
      return (.description(opened.description), [])
    case (.evaluate(let count), let library?):
      let dimension = library.description.columns.count
      var numbers = [Double](repeating: 0, count: count * (1 + dimension))
      try points.withPointers(&numbers) { points, numbers throws(FlowError) in
        try library.evaluate(points, count: count, values: numbers, gradients: numbers + count)
      }
      return (.done, numbers)
    case (.constrain(let count), let library?):
      var numbers = [Double](repeating: 0, count: count * library.description.constrained.count)
      try points.withPointers(&numbers) { points, numbers throws(FlowError) in
        try library.constrain(points, count: count, into: numbers)
      }
      return (.done, numbers)
    default: throw FlowError(.file, "the target is not open")
    }
  }
}

extension TargetRequest {
  /// How many points follow.
  fileprivate var count: Int? {
    switch self {
    case .evaluate(let count), .constrain(let count): count
    case .open, .points: nil
    }
  }
}

extension MessageChannel {
  /// As `send`, in a place where errors are those of a target: a broken channel ends the process.
  fileprivate func sending(_ reply: TargetReply, _ numbers: [Double]) throws(FlowError) {
    do { try send(reply, numbers) } catch { _exit(0) }
  }
}

extension [Double] {
  /// Calls `body` with the numbers, and with those of another array to be written.
  fileprivate func withPointers(
    _ others: inout [Double],
    _ body: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) throws(FlowError) -> Void
  ) throws(FlowError) {
    try withUnsafeBufferPointer { (own) throws(FlowError) in
      try others.withUnsafeMutableBufferPointer { (others) throws(FlowError) in
        try body(own.baseAddress!, others.baseAddress!)
      }
    }
  }
}
