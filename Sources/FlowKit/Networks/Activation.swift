internal import CFlowKernels

/// An element-wise nonlinearity h = φ(a) of a network's hidden layers.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// max(0, a).
  case relu
  /// tanh a; smooth, 1-Lipschitz.
  case tanh
  /// a / (1 + exp(−a)), also called swish; smooth (Ramachandran, Zoph & Le 2017).
  case silu

  /// Whether φ′ needs a itself; the others know it from φ(a), and a need not be kept.
  var needsInput: Bool { self == .silu }

  /// The arguments of a layer list that make a network with this activation.
  func layerListArguments(hidden: [Int]) -> String {
    let sizes = "hidden=" + LayerArguments.text(ofWidths: hidden)
    return self == .relu ? sizes : sizes + ",activation=\(rawValue)"
  }
}

extension Tile {
  /// φ(self + bias) in place, on some rows or all. Where φ′ needs it, self + bias is written to `saved`.
  mutating func activate(
    _ activation: Activation, bias: Parameters, rows: Range<Int>? = nil, saving saved: inout Tile?
  ) {
    let rows = checked(rows, bias.count)
    let first = rows.lowerBound * width
    switch activation {
    case .relu: flowkit_bias_relu(mutableBase() + first, bias.base, rows.count, width)
    case .tanh: flowkit_bias_tanh(mutableBase() + first, bias.base, rows.count, width)
    case .silu:
      checkShape(saved!)
      flowkit_bias_silu(mutableBase() + first, saved!.mutableBase() + first, bias.base, rows.count, width)
    }
  }

  /// self ← self ∘ φ′ in place, on some rows or all; bias gradient += its row sums. `saved` is what `activate` saved, or
  /// else its value.
  mutating func pullBackActivation(
    _ activation: Activation, saved: Tile, rows: Range<Int>? = nil, biasGradient: inout Gradient
  ) {
    checkShape(saved)
    let rows = checked(rows, biasGradient.count)
    let first = rows.lowerBound * width
    let kernel:
      (UnsafeMutablePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?, Int, Int) -> Void =
        switch activation {
        case .relu: flowkit_bias_relu_pullback
        case .tanh: flowkit_bias_tanh_pullback
        case .silu: flowkit_bias_silu_pullback
        }
    kernel(mutableBase() + first, saved.base + first, biasGradient.base, rows.count, width)
  }

  private func checked(_ rows: Range<Int>?, _ biases: Int) -> Range<Int> {
    let rows = rows ?? 0..<features
    precondition(rows.upperBound <= features && biases == rows.count, "\(biases) biases for rows \(rows)")
    return rows
  }
}
