internal import CFlowKernels

/// Something with trainable parameters θ, its slice of a flow's one buffer: a layer or a base distribution.
public protocol Parameterized: Sendable, Codable {
  /// Throws where this is no description of a map or a base, such as a permutation that is none: asked of what was read
  /// from a file, in which anything may stand, before anything else. Nothing by default.
  func checkDescription() throws(FlowError)

  /// The parameters in the order of the slice; none by default.
  var parameterShapes: [ParameterShape] { get }

  /// Where training starts without data; zeros by default.
  func initialParameters(using random: inout RandomStream) -> [Scalar]

  /// Where training starts on data like `sample`, the events as they arrive here; by default the same as without data.
  /// A fit asks once: a model that is loaded keeps the parameters it has.
  func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar]

  /// Sets to 0 the entries that the map has no use for, such as masked weights. Asked where a flow is made; pullbacks leave
  /// the gradient of these entries at 0, so that the map may rely on them. Nothing by default.
  func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>)

  /// The number of scalars that `prepare` makes of θ, or nil (the default) where tiles use θ itself.
  var preparedCount: Int? { get }

  /// Computes once per step what every tile would compute again from θ, such as normalised weights. Tiles then see
  /// `prepared` in place of θ, and gradients with respect to it.
  func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>)

  /// Adds to `gradient`, with respect to θ, what `preparedGradient` means for it.
  func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient)
}

extension Parameterized {
  public func checkDescription() throws(FlowError) {}

  public var parameterShapes: [ParameterShape] { [] }
  public var preparedCount: Int? { nil }

  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) {}

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    Array(repeating: 0, count: parameterCount)
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    initialParameters(using: &random)
  }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    copy(parameters, into: prepared)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    add(preparedGradient, to: &gradient)
  }

  /// The preparation of a part that prepares nothing, beside others that do: tiles see its θ in their buffer.
  func copy(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    prepared.baseAddress?.update(from: parameters.base, count: prepared.count)
  }

  func add(_ preparedGradient: Parameters, to gradient: inout Gradient) {
    flowkit_axpy(1, preparedGradient.base, gradient.base, gradient.count)
  }

  /// The number of scalars in this slice of θ.
  public var parameterCount: Int { parameterShapes.reduce(0) { $0 + $1.count } }

  /// The number of scalars that tiles see.
  var tileParameterCount: Int { preparedCount ?? parameterCount }

  /// What tiles see of `parameters`: what `prepare` makes of them, or these themselves.
  public func prepared(_ parameters: Parameters) -> Parameters {
    guard let count = preparedCount else { return parameters }
    let buffer = ParameterBuffer(count: count)
    prepare(parameters, into: UnsafeMutableBufferPointer(start: buffer.base, count: count))
    return buffer.all
  }
}
