// What the built-in networks have in common: their layers say all but what the networks are.

/// The layers of a network, masked or not.
protocol NetworkLayers: Sendable {
  var parameterShapes: [ParameterShape] { get }

  /// The weights that are not masked.
  var weightCount: Int { get }

  /// Where training starts: the last layer at 0 or, where the outputs should differ from the start, as the others.
  func initialParameters(spread: Bool, using random: inout RandomStream) -> [Scalar]

  /// Sets the masked weights to 0.
  func clearMasked(_ values: UnsafeMutableBufferPointer<Scalar>)

  func forward(_ x: Tile, _ pass: Pass) -> Tile
  func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback)
}

protocol LayeredNetwork: Conditioner {
  associatedtype Layers: NetworkLayers
  var layers: Layers { get }
}

extension LayeredNetwork {
  public var parameterShapes: [ParameterShape] { layers.parameterShapes }
  public var weightCount: Int { layers.weightCount }
  public var growsLinearly: Bool { true }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.initialParameters(spread: false, using: &random)
  }

  public func spreadParameters(using random: inout RandomStream) -> [Scalar] {
    layers.initialParameters(spread: true, using: &random)
  }

  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { layers.clearMasked(values) }

  public func forward(_ x: Tile, _ pass: Pass) -> Tile { layers.forward(x, pass) }

  public func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback) {
    layers.forwardWithPullback(x, pass)
  }
}
