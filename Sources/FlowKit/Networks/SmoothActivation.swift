internal import CFlowKernels

/// An element-wise nonlinearity φ with |φ′| ≤ 1 everywhere and a bounded φ″: what a network needs whose Jacobian is
/// itself differentiated.
public enum SmoothActivation: String, Sendable, Codable, CaseIterable {
  /// a σ(a) / 1.1 with the logistic function σ, β fixed at 1 (Chen et al. 2019, section 3.3): unlike that of tanh, its
  /// φ″ is large where φ′ is.
  case lipswish
  /// tanh a.
  case tanh
  /// sin a (Sitzmann et al. 2020). For large |a| the error of the value is a rounding of |a|, not of 1.
  case sine
}

extension Tile {
  /// φ(self + bias) in place.
  mutating func activate(_ activation: SmoothActivation, bias: Parameters) {
    precondition(bias.count == features, "\(bias.count) biases for \(features) rows")
    Self.kernel(activation)(mutableBase(), bias.base, nil, nil, features, width)
  }

  /// φ(self + bias) in place; writes φ′ and φ″ at that point.
  mutating func activate(
    _ activation: SmoothActivation, bias: Parameters, first: inout Tile, second: inout Tile
  ) {
    precondition(bias.count == features, "\(bias.count) biases for \(features) rows")
    checkShape(first)
    checkShape(second)
    Self.kernel(activation)(
      mutableBase(), bias.base, first.mutableBase(), second.mutableBase(), features, width)
  }

  private typealias Kernel = (
    UnsafeMutablePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?,
    UnsafeMutablePointer<Scalar>?, Int, Int
  ) -> Void

  private static func kernel(_ activation: SmoothActivation) -> Kernel {
    switch activation {
    case .lipswish: flowkit_bias_lipswish_smooth
    case .tanh: flowkit_bias_tanh_smooth
    case .sine: flowkit_bias_sine_smooth
    }
  }
}
