import FlowKit
import Glibc

/// A target with the functions of `Examples/Targets/flowkit_target.h`.
struct FlowKitTarget: TargetLibrary {
  static let logDensityName = "flowkit_target_log_density"

  private typealias Open = @convention(c) (UnsafePointer<CChar>?) -> UnsafePointer<CChar>?
  private typealias Dimension = @convention(c) () -> Int
  private typealias Names = @convention(c) () -> UnsafePointer<CChar>?
  private typealias LogDensity =
    @convention(c) (
      UnsafePointer<Double>, Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>
    ) -> UnsafePointer<CChar>?

  let description: TargetDescription
  private let path: String
  private let logDensity: LogDensity

  init(_ object: SharedObject, data: String?) throws(FlowError) {
    path = object.path
    if object.has("flowkit_target_open") {
      let open = try object.function("flowkit_target_open", as: Open.self)
      if let message = String(copying: open(data)) { throw FlowError(.data, "the target \(path): \(message)") }
    } else if data != nil {
      throw FlowError(.data, "the target \(path) takes no data: it has no function flowkit_target_open")
    }
    let dimension = try object.function("flowkit_target_dimension", as: Dimension.self)()
    guard 1...1_000_000 ~= dimension else {
      throw FlowError(.data, "the target \(path) has \(dimension) parameters; a target has at least 1")
    }
    var names = (0..<dimension).map { "\($0)" }
    if object.has("flowkit_target_names") {
      names = String(copying: try object.function("flowkit_target_names", as: Names.self)())?.names ?? names
    }
    guard names.count == dimension, Set(names).count == dimension else {
      throw FlowError(
        .data,
        "the target \(path) gives \(names.count) names, \(Set(names).count) of them different, to \(dimension) parameters"
      )
    }
    description = TargetDescription(columns: names, constrained: [])
    logDensity = try object.function(Self.logDensityName, as: LogDensity.self)
  }

  func evaluate(
    _ points: UnsafePointer<Double>, count: Int, values: UnsafeMutablePointer<Double>,
    gradients: UnsafeMutablePointer<Double>
  ) throws(FlowError) {
    if let message = String(copying: logDensity(points, count, values, gradients)) {
      throw FlowError(.data, "the target \(path): \(message)")
    }
  }
}
