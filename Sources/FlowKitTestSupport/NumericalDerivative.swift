import FlowKit

/// Central differences of fourth order: f′ ≈ (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h.
///
/// Rounding costs about ε/h and the cut series h⁴; a step near ε^(1/5) balances them, which leaves ε^(4/5): 3e-13 in
/// Double, 3e-6 in Float.
///
/// Taken with steps h, h/2 and h/4. The last is the result; how much they differ says what the cut series and jumps of
/// higher derivatives cost (where f″ jumps within the steps, the errors are of order h). Three, because the error of
/// such a jump changes its sign with its place, and two steps can agree by chance.
struct NumericalDerivative<Real: BinaryFloatingPoint & Sendable> {
  /// h, a power of two so that adding it rounds least.
  let step: Real

  init(step: Real?) {
    self.step = step ?? (MemoryLayout<Real>.size == 8 ? 0x1p-9 : 0x1p-4)
  }

  /// The relative error of a derivative whose function and argument are of order 1.
  var relativeError: Double {
    let h = Double(step) / 4
    return Double(Real.ulpOfOne) / h + h * h * h * h
  }

  /// The derivatives at 0 of the functions of one variable that `f` computes together.
  func callAsFunction<Failure>(
    _ f: (_ offset: Real) throws(Failure) -> [Double]
  ) throws(Failure) -> [Slope] {
    let whole = try differences(f, step)
    let half = try differences(f, step / 2)
    let quarter = try differences(f, step / 4)
    return quarter.indices.map { index in
      let values = [whole[index], half[index], quarter[index]]
      return Slope(value: quarter[index], uncertainty: values.max()! - values.min()!)
    }
  }

  private func differences<Failure>(
    _ f: (_ offset: Real) throws(Failure) -> [Double], _ h: Real
  ) throws(Failure) -> [Double] {
    let (near, far) = ((try f(h), try f(-h)), (try f(2 * h), try f(-2 * h)))
    let divisor = 12 * Double(h)
    return near.0.indices.map { (8 * (near.0[$0] - near.1[$0]) - (far.0[$0] - far.1[$0])) / divisor }
  }
}

/// A derivative and how well different step sizes agree on it.
struct Slope {
  var value: Double
  var uncertainty: Double
}

extension Slope {
  /// That of a sum over events: their uncertainties do not cancel.
  init(sumOf slopes: [Slope]) {
    self.init(
      value: slopes.reduce(0) { $0 + $1.value }, uncertainty: slopes.reduce(0) { $0 + $1.uncertainty })
  }
}

/// ∂(z, log|det|)/∂x of each event, by central differences.
///
/// All events move at once, which relies on their independence: a law of its own.
struct NumericalJacobian {
  let dimension: Int
  let value: BijectorProbe.Value
  /// [input feature][event × output].
  private let valueColumns: [[Slope]]
  /// [input feature][event].
  private let logDeterminantColumns: [[Slope]]

  init(
    _ probe: BijectorProbe, _ direction: BijectorProbe.Direction, at x: [Scalar], context: [Scalar],
    by derivative: NumericalDerivative<Scalar>
  ) throws(FlowError) {
    dimension = probe.bijector.dimension
    value = try probe.map(direction, x, context: context)
    var (values, logDeterminants): ([[Slope]], [[Slope]]) = ([], [])
    for feature in 0..<dimension {
      let count = value.values.count
      let column = try derivative { (offset) throws(FlowError) in
        var moved = x
        for index in stride(from: feature, to: x.count, by: probe.bijector.dimension) {
          moved[index] += offset
        }
        let value = try probe.map(direction, moved, context: context)
        return value.values.map { Double($0) } + value.logDeterminants
      }
      values.append(Array(column[..<count]))
      logDeterminants.append(Array(column[count...]))
    }
    (valueColumns, logDeterminantColumns) = (values, logDeterminants)
  }

  /// ∂zᵢ/∂xⱼ of one event.
  func entry(_ event: Int, _ i: Int, _ j: Int) -> Slope { valueColumns[j][event * dimension + i] }

  /// ∂log|det|/∂xⱼ of one event.
  func logDeterminantSlope(_ event: Int, _ j: Int) -> Double {
    logDeterminantColumns[j][event].value
  }

  func matrix(_ event: Int) -> SquareMatrix {
    SquareMatrix(size: dimension) { entry(event, $0, $1).value }
  }
}
