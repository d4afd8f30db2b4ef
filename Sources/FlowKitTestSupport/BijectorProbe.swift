public import FlowKit

/// A bijector with its parameters, made ready to be evaluated on plain arrays: what a test needs in order to look at one
/// layer by itself.
///
/// Events, contexts and cotangents are row-major. Tiles see prepared parameters where the bijector prepares any, and
/// gradients are led back to θ.
public struct BijectorProbe {
  /// Which of a bijector's two maps is looked at.
  public enum Direction: String, Sendable, CaseIterable {
    case forward, inverse
  }

  /// Mapped events (N × D) and the log-determinant of each.
  public struct Value: Equatable {
    public var values: [Scalar]
    public var logDeterminants: [Double]
  }

  /// What a pullback gives: N × D, N × C, and one number per parameter.
  public struct Gradients {
    public var input: [Scalar]
    public var context: [Scalar]
    public var parameters: [Scalar]
    /// With respect to what tiles see; the same as `parameters` where nothing is prepared.
    public var prepared: [Scalar]
  }

  public let bijector: any Bijector
  /// θ.
  public private(set) var parameters: [Scalar]
  /// The random numbers of the first event and those after it, as training gives them; nil: nothing is random.
  public var random: EventRandom?
  private let prepared: [Scalar]
  private let pool = TilePool()

  public init(_ bijector: any Bijector, parameters: [Scalar]) {
    precondition(
      parameters.count == bijector.parameterCount,
      "\(parameters.count) parameters for \(bijector.layerList), which has \(bijector.parameterCount)")
    self.bijector = bijector
    self.parameters = parameters
    self.parameters.withUnsafeMutableBufferPointer { bijector.clearUnused($0) }
    var prepared = self.parameters
    if let count = bijector.preparedCount {
      prepared = Array(repeating: 0, count: count)
      let θ = Parameters(self.parameters)
      prepared.withUnsafeMutableBufferPointer { bijector.prepare(θ, into: $0) }
    }
    self.prepared = prepared
  }

  /// The value of `forward` or `inverse`.
  public func map(_ direction: Direction, _ x: [Scalar], context: [Scalar] = []) throws(FlowError) -> Value {
    let (tile, c) = (tile(x, features: bijector.dimension), contextTile(context))
    switch direction {
    case .forward: return value(bijector.forward(tile, pass(c)), count: count(x))
    case .inverse: return value(try bijector.inverse(tile, pass(c)), count: count(x))
    }
  }

  /// The value and pullback of `forwardWithPullback` or `inverseWithPullback`.
  ///
  /// - Parameters:
  ///   - values: the cotangent of the mapped events, N × D.
  ///   - logDeterminants: that of the log-determinants, N.
  ///   - start: what the gradients of the context and the parameters hold before, which the pullback adds to.
  public func pullBack(
    _ direction: Direction, at x: [Scalar], context: [Scalar] = [], values: [Scalar],
    logDeterminants: [Scalar],
    startingFrom start: Scalar = 0
  ) -> (value: Value, gradients: Gradients) {
    let c = contextTile(context)
    let (result, pullback) = differentiated(direction, tile(x, features: bijector.dimension), c)
    var gradient = Gradient(
      count: prepared.count, context: c.map { Tile(features: $0.features, like: $0, filledWith: start) })
    for index in prepared.indices { gradient[index] = start }
    // The padding has no part in a loss: its cotangents are 0.
    let input = pullback(
      tile(values, features: bijector.dimension, padding: 0), tile(logDeterminants, features: 1, padding: 0),
      &gradient)
    let tileGradient = cleared(prepared.indices.map { gradient[$0] }, to: start)
    let gradients = Gradients(
      input: rows(input, count: count(x)), context: gradient.context.map { rows($0, count: count(x)) } ?? [],
      parameters: pullBackPreparation(tileGradient, startingFrom: start), prepared: tileGradient)
    return (value(result, count: count(x)), gradients)
  }

  private func pass(_ context: Tile?) -> Pass { Pass(Parameters(prepared), context: context, random: random) }

  private func differentiated(
    _ direction: Direction, _ x: Tile, _ context: Tile?
  ) -> (value: Transformed, pullback: Pullback) {
    switch direction {
    case .forward: return bijector.forwardWithPullback(x, pass(context))
    case .inverse:
      guard let invertible = bijector as? any InvertiblyDifferentiable else {
        preconditionFailure("the inverse of \(bijector.layerList) cannot be differentiated")
      }
      do throws(FlowError) {
        return try invertible.inverseWithPullback(x, pass(context))
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  private func pullBackPreparation(_ tileGradient: [Scalar], startingFrom start: Scalar) -> [Scalar] {
    guard bijector.preparedCount != nil else { return tileGradient }
    var gradient = Gradient(count: parameters.count)
    for index in parameters.indices { gradient[index] = start }
    bijector.pullBackPreparation(
      Parameters(parameters), prepared: Parameters(prepared),
      preparedGradient: Parameters(tileGradient.map { $0 - start }), to: &gradient)
    return parameters.indices.map { gradient[$0] }
  }

  /// The parameters that the bijector has no use for.
  var unused: [Int] {
    var used = [Scalar](repeating: 1, count: parameters.count)
    used.withUnsafeMutableBufferPointer { bijector.clearUnused($0) }
    return used.indices.filter { used[$0] == 0 }
  }

  /// A pullback may set to 0 what it has no use for; nobody sees that but where it was not 0 before, as it is in training.
  private func cleared(_ gradient: [Scalar], to start: Scalar) -> [Scalar] {
    guard start != 0 else { return gradient }
    var gradient = gradient
    for index in unused { gradient[index] = start }
    return gradient
  }
}

// MARK: - Between rows and tiles

extension BijectorProbe {
  private func count(_ x: [Scalar]) -> Int { x.count / bijector.dimension }

  private func contextTile(_ rows: [Scalar]) -> Tile? {
    bijector.contextDimension > 0 ? tile(rows, features: bijector.contextDimension) : nil
  }

  private func tile(_ rows: [Scalar], features: Int, padding: Scalar? = nil) -> Tile {
    pool.tile(rows, features: features, padding: padding)
  }

  private func rows(_ tile: Tile, count: Int) -> [Scalar] { tile.rows(count: count) }

  private func value(_ transformed: Transformed, count: Int) -> Value {
    Value(
      values: rows(transformed.values, count: count),
      logDeterminants: (0..<count).map { transformed.logDeterminant.value(of: $0) })
  }
}
