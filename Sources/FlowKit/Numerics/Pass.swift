/// What a map is given besides its input: its parameters, the context, and random numbers.
public struct Pass {
  /// The map's slice of the parameters, prepared where it prepares any.
  public var parameters: Parameters
  /// C rows, or nil without context.
  public var context: Tile?
  /// What dropout and estimates draw from in training. nil, when a flow is evaluated: then nothing is random.
  public var random: EventRandom?

  public init(_ parameters: Parameters, context: Tile? = nil, random: EventRandom? = nil) {
    (self.parameters, self.context, self.random) = (parameters, context, random)
  }

  /// The same for a part of the map that has these of its parameters.
  public func slice(_ part: Range<Int>) -> Pass {
    Pass(parameters.slice(part), context: context, random: random)
  }

  /// The same for part number `index` of a map, which has these of its parameters and random numbers of its own.
  public func part(_ index: Int, _ parameters: Range<Int>) -> Pass {
    Pass(self.parameters.slice(parameters), context: context, random: random?.child(index))
  }
}
