/// Maximum likelihood: L = −Σ wᵢ log p(xᵢ) / Σ wᵢ, which is KL(data ‖ flow) up to a constant, in the data's units.
///
/// Over a minibatch of B events the sum of weights is replaced by B · w̄, with the training set's mean weight w̄.
///
/// Of a flow with a broad component the loss of validation is that of the mixture, but training minimises that of the layers and the
/// base alone: the component knows the covariance from the start, so that a flow which does not yet would get next to none of
/// the gradient.
///
/// The gradient is that of the expected loss: where a log-determinant jumps, as that of ``LeakyReLU`` does at 0, it has an estimate of what
/// events pay that cross the jump (``Pass/estimatesJumps``).
public struct MaximumLikelihood: SumObjective {
  public let architecture: Architecture

  public init(_ architecture: Architecture) { self.architecture = architecture }

  public var subject: any Trainable { architecture }
  public func copied() -> MaximumLikelihood { MaximumLikelihood(architecture.copied()) }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    loss(of: tile, FlowPass(architecture, pass).logDensities(of: tile.x))
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    var pass = pass
    pass.estimatesJumps = true
    let (values, pullback) = FlowPass(architecture, pass).logDensitiesWithoutBroadWithPullback(of: tile.x)
    _ = pullback(tile.row { -tile.weight(of: $0) }, &gradient)
    return loss(of: tile, values)
  }

  func loss(of tile: EventTile, _ logDensities: [Double]) -> Double {
    (0..<tile.count).reduce(0) { loss, event in
      loss - tile.weight(of: event) * (logDensities[event] + tile.logDeterminant(of: event))
    }
  }

  public func nonFinitePlace(_ tile: EventTile, _ pass: Pass) -> String? {
    FlowPass(architecture, pass).firstNonFinite(tile.x)
  }
}
