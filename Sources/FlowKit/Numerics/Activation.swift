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
}

extension Tile {
  /// self ← φ(self + bias), with one bias per row, or none. Returns what ``pullBackActivation(_:saved:)`` needs.
  public mutating func activate(_ activation: Activation, bias: Parameters? = nil) -> Tile {
    var saved = activation.needsInput ? Tile(features: features, like: self) : nil
    activate(activation, bias: bias, saving: &saved)
    return saved ?? self
  }

  /// self ← self · φ′, entry by entry: turns the cotangent of what `activate` made into that of what it was given.
  public mutating func pullBackActivation(_ activation: Activation, saved: Tile) {
    pullBackActivation(activation, saved: saved, rows: 0..<features, biasGradient: nil)
  }

  /// The same, and bias gradient[r] += Σ over the events of the result's row r.
  public mutating func pullBackActivation(
    _ activation: Activation, saved: Tile, biasGradient: inout Gradient
  ) {
    pullBackActivation(activation, saved: saved, rows: 0..<features, biasGradient: &biasGradient)
  }

  /// φ(self + bias) in place, on some rows or all. Where φ′ needs it, self + bias is written to `saved`.
  mutating func activate(
    _ activation: Activation, bias: Parameters?, rows: Range<Int>? = nil, saving saved: inout Tile?
  ) {
    let rows = checked(rows ?? 0..<features, biases: bias?.count)
    let first = rows.lowerBound * width
    switch activation {
    case .relu: flowkit_bias_relu(mutableBase() + first, bias?.base, rows.count, width)
    case .tanh: flowkit_bias_tanh(mutableBase() + first, bias?.base, rows.count, width)
    case .silu:
      checkShape(saved!)
      flowkit_bias_silu(mutableBase() + first, saved!.mutableBase() + first, bias?.base, rows.count, width)
    }
  }

  /// The pullback on some rows, whose biases the gradient belongs to.
  mutating func pullBackActivation(
    _ activation: Activation, saved: Tile, rows: Range<Int>, biasGradient: inout Gradient
  ) {
    _ = checked(rows, biases: biasGradient.count)
    pullBackActivation(activation, saved: saved, rows: rows, biasGradient: biasGradient.base)
  }

  /// The same without biases.
  mutating func pullBackActivation(_ activation: Activation, saved: Tile, rows: Range<Int>) {
    pullBackActivation(activation, saved: saved, rows: rows, biasGradient: nil)
  }

  private mutating func pullBackActivation(
    _ activation: Activation, saved: Tile, rows: Range<Int>, biasGradient: UnsafeMutablePointer<Scalar>?
  ) {
    checkShape(saved)
    let first = checked(rows, biases: nil).lowerBound * width
    let kernel:
      (UnsafeMutablePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?, Int, Int) -> Void =
        switch activation {
        case .relu: flowkit_bias_relu_pullback
        case .tanh: flowkit_bias_tanh_pullback
        case .silu: flowkit_bias_silu_pullback
        }
    kernel(mutableBase() + first, saved.base + first, biasGradient, rows.count, width)
  }

  private func checked(_ rows: Range<Int>, biases: Int?) -> Range<Int> {
    precondition(
      0 <= rows.lowerBound && rows.upperBound <= features && biases ?? rows.count == rows.count,
      "\(biases ?? rows.count) biases for the rows \(rows) of \(features)")
    return rows
  }
}
