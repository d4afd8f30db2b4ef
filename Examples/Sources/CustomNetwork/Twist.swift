import FlowKit
import Glibc

/// z = R(α) x: turns the plane about the origin by an angle α = network(r²/(1 + r²), c) that depends on the radius r = |x|.
///
/// log|det| = 0: in polar coordinates z has the same radius and the angle ϑ + α(r). As z has the radius of x, the inverse is
/// the same map with −α. Layer list: `twist(hidden=64x64)`, or another network by `network=`.
struct Twist: InvertiblyDifferentiable, ListedLayer, Conditioned {
  static let layerName = "twist"
  private let encodedNetwork: EncodedNetwork

  init(network: any Conditioner) {
    precondition(network.inputs == 1 && network.outputs == 1, "a twist's network makes one angle of one radius")
    encodedNetwork = EncodedNetwork(network)
  }

  private enum CodingKeys: String, CodingKey { case encodedNetwork = "network" }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    guard arguments.dimension == 2 else {
      throw FlowError(.architecture, "a twist turns events of 2 features, not \(arguments.dimension)")
    }
    return Twist(
      network: try arguments.network(NetworkShape(inputs: 1, context: arguments.contextDimension, outputs: 1)))
  }

  func checkDescription() throws(FlowError) {
    guard network.inputs == 1, network.outputs == 1 else {
      throw FlowError(.format, "the network of a twist has \(network.inputs) inputs and \(network.outputs) outputs")
    }
  }

  var network: any Conditioner { encodedNetwork.network }
  var dimension: Int { 2 }
  var structure: JacobianStructure { .full(2, isAffine: false) }
  var layerList: String { Self.layerList(network.layerListArguments()) }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    turned(x, pass, sign: 1)
  }

  func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    turned(z, pass, sign: -1)
  }

  private func turned(_ x: Tile, _ pass: Pass, sign: Scalar) -> (value: Transformed, pullback: Pullback) {
    let square = x.eventDots(with: x)
    let (angle, pullBackNetwork) = network.forwardWithPullback(square.mapped { $0 / (1 + $0) }, pass)
    let turn = angle.mapped { sign * $0 }
    let z = x.turned(by: turn)
    return (
      Transformed(z),
      { values, _, gradient in
        // ∂z/∂α = ± (−z₂, z₁).
        var anglē = Tile(features: 1, like: z)
        for event in 0..<z.width {
          anglē[0, event] = sign * (values[1, event] * z[0, event] - values[0, event] * z[1, event])
        }
        var radiusFactor = pullBackNetwork(anglē, &gradient)
        radiusFactor.multiply(by: square.mapped { 2 / ((1 + $0) * (1 + $0)) })
        var x̄ = values.turned(by: turn.negated)
        x̄.add(x, scaledByEvents: radiusFactor)
        return x̄
      }
    )
  }
}

extension Tile {
  /// Each event turned by its angle.
  fileprivate func turned(by angle: Tile) -> Tile {
    var turned = self
    for event in 0..<width {
      let (cosine, sine) = (cos(angle[0, event]), sin(angle[0, event]))
      turned[0, event] = cosine * self[0, event] - sine * self[1, event]
      turned[1, event] = sine * self[0, event] + cosine * self[1, event]
    }
    return turned
  }
}
