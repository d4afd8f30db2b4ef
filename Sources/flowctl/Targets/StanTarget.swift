import FlowKit
import Glibc

/// A Stan model that BridgeStan compiled to a shared object (Roualdes et al. 2023; its C interface is bridgestan.h, version 2).
///
/// log p̃ is on Stan's unconstrained scale, with the Jacobian and all constants, so that Z is the evidence.
struct StanTarget: TargetLibrary {
  static let logDensityName = "bs_log_density_gradient"

  private typealias Text = UnsafeMutablePointer<CChar>
  private typealias Model = OpaquePointer
  private typealias Errors = UnsafeMutablePointer<Text?>
  private typealias Construct = @convention(c) (UnsafePointer<CChar>?, UInt32, Errors) -> Model?
  private typealias FreeError = @convention(c) (Text?) -> Void
  private typealias Count = @convention(c) (Model) -> Int32
  private typealias CountOfKinds = @convention(c) (Model, Bool, Bool) -> Int32
  private typealias Names = @convention(c) (Model) -> UnsafePointer<CChar>?
  private typealias NamesOfKinds = @convention(c) (Model, Bool, Bool) -> UnsafePointer<CChar>?
  private typealias LogDensity =
    @convention(c) (
      Model, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, Errors
    ) -> Int32
  private typealias Constrain =
    @convention(c) (
      Model, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, OpaquePointer?, Errors
    ) -> Int32

  let description: TargetDescription
  private let path: String
  private let model: Model
  private let logDensity: LogDensity
  private let constrain: Constrain
  private let freeError: FreeError

  init(_ object: SharedObject, data: String?) throws(FlowError) {
    path = object.path
    freeError = try object.function("bs_free_error_msg", as: FreeError.self)
    logDensity = try object.function(Self.logDensityName, as: LogDensity.self)
    constrain = try object.function("bs_param_constrain", as: Constrain.self)
    let construct = try object.function("bs_model_construct", as: Construct.self)
    var error: Text?
    guard let model = construct(data, 0, &error) else {
      throw FlowError(.data, "the Stan model \(path): \(Self.taken(&error, freeError))")
    }
    self.model = model
    let count = Int(try object.function("bs_param_unc_num", as: Count.self)(model))
    let columns = String(copying: try object.function("bs_param_unc_names", as: Names.self)(model))?.names ?? []
    guard count > 0, columns.count == count else {
      throw FlowError(
        .data, "the Stan model \(path) has \(count) unconstrained parameters and \(columns.count) names of them")
    }
    let names = try object.function("bs_param_names", as: NamesOfKinds.self)(model, true, false)
    let constrained = String(copying: names)?.names ?? []
    let size = Int(try object.function("bs_param_num", as: CountOfKinds.self)(model, true, false))
    guard constrained.count == size else {
      throw FlowError(.data, "the Stan model \(path) has \(size) parameters and \(constrained.count) names of them")
    }
    description = TargetDescription(columns: columns, constrained: constrained)
  }

  func evaluate(
    _ points: UnsafePointer<Double>, count: Int, values: UnsafeMutablePointer<Double>,
    gradients: UnsafeMutablePointer<Double>
  ) {
    let dimension = description.columns.count
    for point in 0..<count {
      var error: Text?
      let start = point * dimension
      if logDensity(model, false, true, points + start, values + point, gradients + start, &error) != 0 {
        values[point] = .nan
        freeError(error)
      }
    }
  }

  func constrain(
    _ points: UnsafePointer<Double>, count: Int, into parameters: UnsafeMutablePointer<Double>
  ) throws(FlowError) {
    let (dimension, size) = (description.columns.count, description.constrained.count)
    for point in 0..<count {
      var error: Text?
      guard constrain(model, true, false, points + point * dimension, parameters + point * size, nil, &error) == 0
      else {
        throw FlowError(.data, "the Stan model \(path), at draw \(point): \(Self.taken(&error, freeError))")
      }
    }
  }

  /// The message, on one line, which is then freed.
  private static func taken(_ error: inout Text?, _ free: FreeError) -> String {
    defer { free(error) }
    let text = String(copying: error.map { UnsafePointer($0) }) ?? "no reason given"
    return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
  }
}
