// How a layer list makes each kind of layer.

extension Diagonal: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Diagonal(dimension: arguments.dimension, signs: try DiagonalSigns.fromLayerList(&arguments))
  }
}

extension Shift: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Shift(dimension: arguments.dimension)
  }
}

extension Permutation: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let (indices, isRandom) = try arguments.permutation(default: "reverse")
    return Permutation(indices, isRandom: isRandom)
  }
}

extension Coupling: ListedLayer where Map: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    try Coupling(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension,
      mask: try CouplingMask.fromLayerList(&arguments), map: try Map.fromLayerList(&arguments), kinds: arguments.kinds
    ) { shape throws(FlowError) in try arguments.network(shape) }
  }
}

extension Autoregressive: ListedLayer where Map: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    try Autoregressive(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension,
      ordering: try order(&arguments), map: try Map.fromLayerList(&arguments), kinds: arguments.kinds
    ) { shape throws(FlowError) in try arguments.orderedNetwork(shape) }
  }

  private static func order(_ arguments: inout LayerArguments) throws(FlowError) -> [Int]? {
    guard let argument = arguments.take("order", positional: false) else { return nil }
    let texts = argument.value.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard let order = arguments.permutation(texts) else {
      throw arguments.error(
        argument, "order takes reverse, random, or each of 0 to \(arguments.dimension - 1) once, such as 1+0")
    }
    return order
  }
}

extension AffineMap: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> AffineMap {
    AffineMap(
      logScaleBound: try arguments.number("bound", default: defaultLogScaleBound, "a number above 0") { $0 > 0 })
  }
}

extension ShiftMap: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> ShiftMap { ShiftMap() }
}

extension RationalQuadraticSpline: ListedScalarMap {
  public static func fromLayerList(
    _ arguments: inout LayerArguments
  ) throws(FlowError) -> RationalQuadraticSpline {
    RationalQuadraticSpline(
      bins: Int(
        try arguments.number("bins", default: 8, "a whole number from 2 to 64") {
          2...64 ~= $0 && $0 == $0.rounded()
        }),
      bound: try arguments.number("bound", default: 5, "a number above 0") { $0 > 0 })
  }
}

extension Inverted: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let given = arguments.positionals()
    guard given.count == 1 else {
      throw FlowError(.architecture, "inverse(…) takes one layer, got \(given.count)")
    }
    let inner = try arguments.layers(given[0])
    guard inner.count == 1 else { throw arguments.error(given[0], "inverse(…) takes one layer") }
    return try inverse(of: inner[0])
  }
}

/// As a layer, `chain(…)` holds a list.
extension Chain: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    var layers: [any Bijector] = []
    for argument in arguments.positionals() { layers += try arguments.layers(argument) }
    return try Chain(layers, dimension: arguments.dimension, contextDimension: arguments.contextDimension)
  }
}

extension LayerArguments {
  /// The layers of a list that is an argument.
  fileprivate mutating func layers(_ argument: Argument) throws(FlowError) -> [any Bijector] {
    try LayerList(argument.value, offset: argument.offset).chain(
      dimension: dimension, contextDimension: contextDimension, kinds: kinds, registry: registry, using: &random
    ).layers
  }
}
