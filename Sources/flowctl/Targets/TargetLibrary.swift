import FlowKit
import Glibc

/// A shared object that computes log p̃: one with the functions of `flowkit_target.h`, or a model that BridgeStan compiled,
/// recognised by their symbols.
protocol TargetLibrary {
  var description: TargetDescription { get }
  /// log p̃ of N points, N × D, into `values`, N, and its derivatives into `gradients`, N × D; a point that fails gets NaN.
  func evaluate(
    _ points: UnsafePointer<Double>, count: Int, values: UnsafeMutablePointer<Double>,
    gradients: UnsafeMutablePointer<Double>
  ) throws(FlowError)
  /// K parameters of each of N points.
  func constrain(
    _ points: UnsafePointer<Double>, count: Int, into parameters: UnsafeMutablePointer<Double>
  ) throws(FlowError)
}

extension TargetLibrary {
  func constrain(
    _ points: UnsafePointer<Double>, count: Int, into parameters: UnsafeMutablePointer<Double>
  ) throws(FlowError) {
    throw FlowError(.architecture, "the target has no constrained parameters")
  }
}

/// The symbols of an open shared object.
struct SharedObject {
  let path: String
  private let handle: UnsafeMutableRawPointer

  init(_ path: String) throws(FlowError) {
    // Without a slash the system would look for it elsewhere.
    guard let handle = dlopen(path.contains("/") ? path : "./" + path, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw FlowError(.file, "cannot open the target \(path) as a shared object: \(reason)")
    }
    (self.path, self.handle) = (path, handle)
  }

  func has(_ name: String) -> Bool { dlsym(handle, name) != nil }

  /// The function `name`, of the type that its header gives it.
  func function<Function>(_ name: String, as type: Function.Type) throws(FlowError) -> Function {
    guard let symbol = dlsym(handle, name) else {
      throw FlowError(.file, "the target \(path) has no function \(name)")
    }
    return unsafeBitCast(symbol, to: type)
  }

  /// The target in it.
  func target(data: String?) throws(FlowError) -> any TargetLibrary {
    if has(FlowKitTarget.logDensityName) { return try FlowKitTarget(self, data: data) }
    if has(StanTarget.logDensityName) { return try StanTarget(self, data: data) }
    throw FlowError(
      .file,
      "the target \(path) has neither \(FlowKitTarget.logDensityName) (see flowkit_target.h) nor \(StanTarget.logDensityName) (a model compiled by BridgeStan)"
    )
  }
}

extension String {
  /// A copy of a C string; nil for a null pointer.
  init?(copying text: UnsafePointer<CChar>?) {
    guard let text else { return nil }
    self.init(cString: text)
  }

  /// The names in a list with commas.
  var names: [String] { isEmpty ? [] : split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
}
