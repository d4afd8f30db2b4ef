/// A target given as a function of a point.
///
/// ```swift
/// let target = FunctionTarget(columns: ["a", "b"]) { θ in
///   (value: -(θ[0] * θ[0] + θ[1] * θ[1]) / 2, gradient: [-θ[0], -θ[1]])
/// }
/// ```
public struct FunctionTarget: TargetDensity {
  /// log p̃ of a point of D coordinates, and its gradient. Several threads call it at once.
  public typealias Function = @Sendable (_ point: [Double]) -> (value: Double, gradient: [Double])

  public let columns: [String]
  private let function: Function

  public init(columns: [String], _ function: @escaping Function) {
    (self.columns, self.function) = (columns, function)
  }

  public func evaluate(_ points: [Double]) throws(FlowError) -> TargetValues {
    var result = TargetValues(logDensities: [], gradients: [])
    for start in stride(from: 0, to: points.count, by: dimension) {
      let (value, gradient) = function(Array(points[start..<(start + dimension)]))
      guard gradient.count == dimension else {
        throw FlowError(
          .data, "the target gave a gradient of \(gradient.count) numbers at a point of \(dimension) coordinates")
      }
      result.logDensities.append(value)
      result.gradients += gradient
    }
    return result
  }
}
