/// Where the parameters of each part of what is trained stand in the one buffer, and in that of the prepared parameters.
public struct ParameterLayout: Sendable {
  public struct Part: Sendable {
    /// The part's name in checkpoints and messages, such as `03-coupling-affine`.
    public let name: String
    public let value: any Parameterized
    /// Its part of θ.
    public let parameters: Range<Int>
    /// Its part of what tiles see: the slice of a `Pass` that belongs to it.
    public let prepared: Range<Int>
  }

  public let parts: [Part]
  /// The number of scalars in θ.
  public let parameterCount: Int
  /// The number of scalars that tiles see.
  public let tileParameterCount: Int
  /// The number of prepared scalars, or nil where no part prepares any and tiles see θ itself.
  let preparedCount: Int?
  /// Each part's `prepared`, for layers in succession: to take a part out of `parts` copies all of it.
  let prepared: [Range<Int>]

  /// The parts in the order of the buffer.
  public init(_ values: [(name: String, value: any Parameterized)]) {
    var (θ, prepared) = (0, 0)
    parts = values.map { name, value in
      defer {
        θ += value.parameterCount
        prepared += value.tileParameterCount
      }
      return Part(
        name: name, value: value, parameters: θ..<(θ + value.parameterCount),
        prepared: prepared..<(prepared + value.tileParameterCount))
    }
    (parameterCount, tileParameterCount) = (θ, prepared)
    preparedCount = parts.allSatisfy { $0.value.preparedCount == nil } ? nil : prepared
    self.prepared = parts.map(\.prepared)
  }

  /// Layouts one after the other, each part's name behind that of its layout: for what is made of several trainable values.
  public init(joining layouts: [(name: String, layout: ParameterLayout)]) {
    self.init(layouts.flatMap { name, layout in layout.parts.map { ("\(name)/\($0.name)", $0.value) } })
  }

  /// What tiles see of the parts `range`: of a layout that is joined with others, the slice of a `Pass` that is its own.
  public func prepared(ofParts range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    return prepared[range.lowerBound].lowerBound..<prepared[range.upperBound - 1].upperBound
  }

  /// Where the parameters of the parts `range` stand in θ.
  func parameters(ofParts range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    return parts[range.lowerBound].parameters.lowerBound..<parts[range.upperBound - 1].parameters.upperBound
  }

  /// All parameters by name, in the order of the flat buffer.
  public var parameterShapes: [ParameterShape] {
    parts.flatMap { part in
      part.value.parameterShapes.map { ParameterShape("\(part.name)/\($0.name)", $0.dimensions) }
    }
  }

  /// Where training starts without data, each part in turn.
  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    var values: [Scalar] = []
    for part in parts { values += part.value.initialParameters(using: &random) }
    return values
  }

  /// The same, behind parameters that the first parts have already.
  public func initialParameters(startingWith values: [Scalar], using random: inout RandomStream) -> [Scalar] {
    var values = values
    for part in parts where part.parameters.lowerBound >= values.count && !part.parameters.isEmpty {
      values += part.value.initialParameters(using: &random)
    }
    return values
  }

  /// Sets to 0 what the parts have no use for, in parameters or in their gradient.
  func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) {
    for part in parts { part.value.clearUnused(UnsafeMutableBufferPointer(rebasing: values[part.parameters])) }
  }

  /// Prepares one part; `parameters` and `prepared` are those of the whole.
  func prepare(part index: Int, _ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    let part = parts[index]
    part.value.prepare(
      parameters.slice(part.parameters), into: UnsafeMutableBufferPointer(rebasing: prepared[part.prepared]))
  }

  /// The pullback of `prepare` for one part.
  func pullBackPreparation(
    part index: Int, _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters,
    to gradient: inout Gradient
  ) {
    let part = parts[index]
    gradient.withSlice(part.parameters) {
      part.value.pullBackPreparation(
        parameters.slice(part.parameters), prepared: prepared.slice(part.prepared),
        preparedGradient: preparedGradient.slice(part.prepared), to: &$0)
    }
  }
}

/// Something whose parameters are those of its parts, one after the other.
protocol Composite: Parameterized {
  var layout: ParameterLayout { get }
}

extension Composite {
  public var parameterShapes: [ParameterShape] { layout.parameterShapes }
  public var preparedCount: Int? { layout.preparedCount }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    var values: [Scalar] = []
    for part in layout.parts { values += part.value.initialParameters(using: &random) }
    return values
  }

  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { layout.clearUnused(values) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for index in layout.parts.indices { layout.prepare(part: index, parameters, into: prepared) }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for index in layout.parts.indices {
      layout.pullBackPreparation(
        part: index, parameters, prepared: prepared, preparedGradient: preparedGradient, to: &gradient)
    }
  }
}
