/// What a map is given besides its input: its parameters, the context, and random numbers.
public struct Pass {
  /// The map's slice of the parameters, prepared where it prepares any.
  public var parameters: Parameters
  /// C rows, or nil without context.
  public var context: Tile?
  /// What dropout and estimates draw from in training. nil, when a flow is evaluated: then nothing is random.
  public var random: EventRandom?
  /// Whether cotangents are to see the jumps of a log-determinant, such as that of a kink which an event crosses: an estimate over the
  /// events of a tile, right on average over events, for training by likelihood (``MaximumLikelihood``). Otherwise pullbacks are exact
  /// derivatives at each event.
  public var estimatesJumps = false

  public init(_ parameters: Parameters, context: Tile? = nil, random: EventRandom? = nil) {
    (self.parameters, self.context, self.random) = (parameters, context, random)
  }

  /// The same for a part of the map that has these of its parameters.
  public func slice(_ part: Range<Int>) -> Pass {
    var pass = self
    pass.parameters = parameters.slice(part)
    return pass
  }

  /// The same for part number `index` of a map, which has these of its parameters and random numbers of its own.
  public func part(_ index: Int, _ parameters: Range<Int>) -> Pass {
    var pass = slice(parameters)
    pass.random = random?.child(index)
    return pass
  }
}
