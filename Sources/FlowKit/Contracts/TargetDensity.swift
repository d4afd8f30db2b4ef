/// A density p(θ) = p̃(θ) / Z on all of ℝᴰ whose logarithm log p̃ can be computed with its gradient, such as a posterior: what
/// `Inference` fits a flow to. Z need not be known.
///
/// Write a `PointwiseTarget` where a point is computed by itself; a function of a point is a `FunctionTarget`.
public protocol TargetDensity: Sendable {
  /// The names of the D parameters.
  var columns: [String] { get }

  /// log p̃ of N points, row-major N × D, and its gradients. Several threads call it at once.
  ///
  /// A point at which log p̃ cannot be computed gets a value that is not finite: such points count as ones of density 0, and
  /// where they are many as an error.
  ///
  /// - Throws: where no further point can be computed, such as when the program that computes them has ended.
  func evaluate(_ points: [Double]) throws(FlowError) -> TargetValues
}

extension TargetDensity {
  /// D.
  public var dimension: Int { columns.count }
}

/// log p̃ and ∂ log p̃/∂θ of N points.
public struct TargetValues: Sendable {
  /// N.
  public var logDensities: [Double]
  /// N × D, row-major.
  public var gradients: [Double]

  public init(logDensities: [Double], gradients: [Double]) {
    (self.logDensities, self.gradients) = (logDensities, gradients)
  }
}

/// A target that computes one point after the other.
public protocol PointwiseTarget: TargetDensity {
  /// log p̃ of a point of D coordinates.
  ///
  /// - Parameter gradient: takes ∂ log p̃/∂θ; 0 when it is handed over.
  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double
}

extension PointwiseTarget {
  public func evaluate(_ points: [Double]) -> TargetValues {
    let dimension = dimension
    var values = [Double](repeating: 0, count: points.count / dimension)
    var gradients = [Double](repeating: 0, count: points.count)
    points.withUnsafeBufferPointer { points in
      gradients.withUnsafeMutableBufferPointer { gradients in
        for index in values.indices {
          let row = (index * dimension)..<((index + 1) * dimension)
          values[index] = logDensity(
            UnsafeBufferPointer(rebasing: points[row]),
            gradient: UnsafeMutableBufferPointer(rebasing: gradients[row]))
        }
      }
    }
    return TargetValues(logDensities: values, gradients: gradients)
  }
}
