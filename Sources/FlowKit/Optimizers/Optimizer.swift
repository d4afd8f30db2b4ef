/// A rule by which a step changes parameters, each by itself: θₖ and what it remembers of θₖ, from the gradient's entry k.
///
/// Parameters lie in one flat buffer that is updated in blocks, on all threads. What an optimizer remembers between steps are
/// its moments: flat buffers beside θ, 0 at the start, saved in checkpoints under their names.
public protocol Optimizer: Sendable {
  /// The name in checkpoints, such as `adam`.
  var name: String { get }
  /// The names of its moments, such as `first_moment`; none by default.
  var moments: [String] { get }
  /// What step `number`, counted from 1, with learning rate `rate` does to a block.
  func step(_ number: Int, rate: Double) -> @Sendable (_ block: inout ParameterBlock) -> Void
}

extension Optimizer {
  public var moments: [String] { [] }
}

/// Consecutive parameters with their gradient and moments.
public struct ParameterBlock {
  /// θ, to be updated.
  public let parameters: UnsafeMutableBufferPointer<Scalar>
  let gradients: UnsafePointer<Scalar>
  /// What the gradient is multiplied with, to cut its norm.
  let gradientScale: Double
  private let moments: BufferBases
  private let first: Int
  /// Where other workers read the parameters, or nil where it is `parameters`.
  let published: UnsafeMutablePointer<Scalar>?
  /// Whether the update has written `published` itself.
  var isPublished = false

  init(
    _ range: Range<Int>, _ parameters: UnsafeMutablePointer<Scalar>, _ gradient: UnsafeMutablePointer<Scalar>,
    scale: Double, moments: BufferBases, published: UnsafeMutablePointer<Scalar>?
  ) {
    first = range.lowerBound
    self.parameters = UnsafeMutableBufferPointer(start: parameters + first, count: range.count)
    gradients = UnsafePointer(gradient + first)
    (gradientScale, self.moments) = (scale, moments)
    self.published = published.map { $0 + range.lowerBound }
  }

  public var indices: Range<Int> { parameters.indices }

  /// ∂L/∂θ of one parameter of the block.
  public func gradient(_ index: Int) -> Scalar {
    precondition(indices.contains(index), "parameter \(index) of a block of \(parameters.count)")
    return Scalar(gradientScale) * gradients[index]
  }

  /// Moment number `index`, in the order of the optimizer's `moments`.
  public func moment(_ index: Int) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: moments[index] + first, count: parameters.count)
  }

  func publish() {
    guard let published, !isPublished, published != parameters.baseAddress else { return }
    published.update(from: parameters.baseAddress!, count: parameters.count)
  }
}
