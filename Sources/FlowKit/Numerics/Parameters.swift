/// The shape of one named parameter of a layer, such as `conditioner/weight0`, 64 × 4.
public struct ParameterShape: Sendable, Codable, Hashable {
  public var name: String
  public var dimensions: [Int]

  public init(_ name: String, _ dimensions: [Int]) {
    self.name = name
    self.dimensions = dimensions
  }

  /// The number of scalars.
  public var count: Int { dimensions.reduce(1, *) }
}

/// A flat buffer of scalars that workers share, aligned to 64 bytes and padded with zeros to a multiple of 16 scalars.
///
/// Sendable by a rule that the compiler cannot see: the trainer writes it only between the phases of a step, or gives
/// each worker a part of its own.
final class ParameterBuffer: @unchecked Sendable {
  let base: UnsafeMutablePointer<Scalar>
  let count: Int
  /// Who frees the memory, if not this object.
  private let owner: ParameterBuffer?

  /// The same memory behind another object, whose references one worker counts by itself: slices are made all the time,
  /// and cores that count them in one place wait for each other.
  init(sharing owner: ParameterBuffer) {
    (base, count, self.owner) = (owner.base, owner.count, owner)
  }

  init(count: Int) {
    owner = nil
    let padded = max(1, (count + 15) / 16) * 16
    let bytes = padded * MemoryLayout<Scalar>.stride
    base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: Scalar.self)
    base.initialize(repeating: 0, count: padded)
    self.count = count
  }

  convenience init(_ values: [Scalar]) {
    self.init(count: values.count)
    copy(values)
  }

  deinit {
    if owner == nil { UnsafeMutableRawPointer(base).deallocate() }
  }

  func copy(_ values: [Scalar]) {
    precondition(values.count == count, "\(values.count) values for \(count) parameters")
    values.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { base.update(from: first, count: count) }
    }
  }

  var values: [Scalar] { Array(UnsafeBufferPointer(start: base, count: count)) }
  var all: Parameters { Parameters(buffer: self, range: 0..<count) }
}

/// A layer's slice of the flow's parameters θ, for reading.
public struct Parameters: Sendable {
  let buffer: ParameterBuffer
  let range: Range<Int>

  /// Parameters of their own, for using a bijector by itself.
  public init(_ values: [Scalar]) {
    self = ParameterBuffer(values).all
  }

  init(buffer: ParameterBuffer, range: Range<Int>) {
    (self.buffer, self.range) = (buffer, range)
  }

  public var count: Int { range.count }

  public subscript(index: Int) -> Scalar {
    precondition(0 <= index && index < count, "parameter \(index) of \(count)")
    return base[index]
  }

  /// A part, counted from the start of this slice.
  public func slice(_ part: Range<Int>) -> Parameters {
    precondition(0 <= part.lowerBound && part.upperBound <= count, "parameters \(part) of \(count)")
    return Parameters(
      buffer: buffer, range: (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound))
  }

  /// Valid while this value is: use it only inside a function that takes it as an argument.
  var base: UnsafeMutablePointer<Scalar> { buffer.base + range.lowerBound }

  var values: [Scalar] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Their sum, in Double.
  var sum: Double { (0..<count).reduce(0.0) { $0 + Double(base[$1]) } }
}

/// Where a pullback adds what it knows: the gradient of its layer's parameters, and of the context.
public struct Gradient {
  private let buffer: ParameterBuffer
  private var range: Range<Int>
  /// ∂L/∂context so far, when somebody asks for it.
  public var context: Tile?

  init(buffer: ParameterBuffer, context: Tile? = nil) {
    (self.buffer, range, self.context) = (buffer, 0..<buffer.count, context)
  }

  /// A gradient of its own, zero, for using a bijector by itself.
  public init(count: Int, context: Tile? = nil) {
    self.init(buffer: ParameterBuffer(count: count), context: context)
  }

  public var count: Int { range.count }

  /// The gradient with respect to one parameter.
  public subscript(index: Int) -> Scalar {
    get { base[checked(index)] }
    nonmutating set { base[checked(index)] = newValue }
  }

  /// Adds `value` to each entry.
  func add(_ value: Scalar) {
    for index in 0..<count { base[index] += value }
  }

  /// Runs `body` with the part `part` of this slice.
  public mutating func withSlice<R>(_ part: Range<Int>, _ body: (inout Gradient) -> R) -> R {
    precondition(0 <= part.lowerBound && part.upperBound <= count, "parameters \(part) of \(count)")
    let whole = range
    range = (whole.lowerBound + part.lowerBound)..<(whole.lowerBound + part.upperBound)
    defer { range = whole }
    return body(&self)
  }

  /// Valid while this value is.
  var base: UnsafeMutablePointer<Scalar> { buffer.base + range.lowerBound }

  private func checked(_ index: Int) -> Int {
    precondition(0 <= index && index < count, "parameter \(index) of \(count)")
    return index
  }
}
