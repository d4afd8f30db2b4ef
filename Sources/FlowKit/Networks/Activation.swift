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
  /// φ(self + bias per row). What the pullback needs besides stays in `self` if `needsInput`.
  mutating func activated(_ activation: Activation, bias: Parameters) -> Tile {
    precondition(bias.count == features, "\(features) rows, \(bias.count) biases")
    switch activation {
    case .relu: kernelBiasReLU(mutableBase(), bias.base, features, width)
    case .tanh: kernelBiasTanh(mutableBase(), bias.base, features, width)
    case .silu:
      var output = Tile(features: features, like: self)
      kernelBiasSiLU(mutableBase(), output.mutableBase(), bias.base, features, width)
      return output
    }
    return self
  }

  /// self ← self ∘ φ′, in place; bias gradient += its row sums. `saved` is φ(a), or a + bias if `needsInput`.
  mutating func pullBackActivation(_ activation: Activation, saved: Tile, biasGradient: inout Gradient) {
    checkShape(saved)
    precondition(biasGradient.count == features, "\(features) rows, \(biasGradient.count) biases")
    let kernel =
      switch activation {
      case .relu: kernelBiasReLUPullback
      case .tanh: kernelBiasTanhPullback
      case .silu: kernelBiasSiLUPullback
      }
    kernel(mutableBase(), saved.base, biasGradient.base, features, width)
  }
}
