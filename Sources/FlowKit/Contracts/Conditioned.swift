/// A map all of whose parameters are those of one network: what it says of its parameters is what the network says.
///
/// A bijector with a network inside conforms by naming it, and is left with the map, its inverse and its pullback.
public protocol Conditioned: Parameterized {
  /// The network.
  var network: any Conditioner { get }

  /// What the names of the parameters begin with; `conditioner/` by default.
  static var parameterPrefix: String { get }
}

extension Conditioned {
  public static var parameterPrefix: String { "conditioner/" }

  public var parameterShapes: [ParameterShape] { network.parameterShapes(prefix: Self.parameterPrefix) }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    network.initialParameters(using: &random)
  }

  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { network.clearUnused(values) }

  public var preparedCount: Int? { network.preparedCount }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    network.prepare(parameters, into: prepared)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    network.pullBackPreparation(parameters, prepared: prepared, preparedGradient: preparedGradient, to: &gradient)
  }
}

extension Bijector where Self: Conditioned {
  public var contextDimension: Int { network.context }
  public var weightCount: Int { network.weightCount }
}

extension Parameterized {
  /// The parameters under names that begin with `prefix`.
  public func parameterShapes(prefix: String) -> [ParameterShape] {
    parameterShapes.map { ParameterShape(prefix + $0.name, $0.dimensions) }
  }
}

/// A layer of FlowKit's own that may hold a network.
protocol NetworkHolder {
  var heldNetwork: (any Conditioner)? { get }
}
