import FlowKit
import FlowKitTestSupport
import Testing

/// Steps in succession, as a flow holds them.
@Suite struct PreprocessingStepsTests {
  private let steps: [any Preprocessing] = [
    Bounded(lower: [0, nil], upper: [4, nil]), SkewedPreprocessing(),
    Whiten(means: [1, -2], standardDeviations: [0.5, 3], factor: [1, 0, 0.6, 0.8]),
  ]
  private let x = [0.5, 1.5, 3.5, -2, 2, 0.25]
  private let c = [0.4, -1, 2, 0.3, -0.7, 1.1]
  private let w = [0.5, -1.5, 0.8]

  private func loss(_ rows: [Double], _ logDeterminants: [Double]) -> Double {
    zip(c, rows).reduce(0) { $0 + $1.0 * $1.1 } + zip(w, logDeterminants).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Central differences of fourth order.
  private func slope(_ f: (Double) throws -> Double) rethrows -> Double {
    let h = 0x1p-10
    return (8 * (try f(h) - f(-h)) - (try f(2 * h) - f(-2 * h))) / (12 * h)
  }

  private func expect(_ gradient: [Double], of f: ([Double]) -> Double, at x: [Double], _ name: String) {
    for index in x.indices {
      let expected = slope { offset in
        var moved = x
        moved[index] += offset
        return f(moved)
      }
      #expect(abs(gradient[index] - expected) < 1e-9 * max(1, abs(expected)), "\(name), number \(index)")
    }
  }

  private func mapped(_ x: [Double]) -> Double {
    var (rows, logDeterminants) = (x, [0.0, 0, 0])
    steps.forward(rows: &rows, addingTo: &logDeterminants)
    return loss(rows, logDeterminants)
  }

  private func undone(_ z: [Double]) -> Double {
    var (rows, logDeterminants) = (z, [0.0, 0, 0])
    steps.inverse(rows: &rows, addingTo: &logDeterminants)
    return loss(rows, logDeterminants)
  }

  @Test func bothPullbacksAreThoseOfTheWhole() throws {
    var (rows, logDeterminants) = (x, [0.0, 0, 0])
    let pullback = steps.forwardWithPullback(rows: &rows, addingTo: &logDeterminants)
    #expect(loss(rows, logDeterminants) == mapped(x))
    var gradient = c
    pullback(&gradient, w)
    expect(gradient, of: mapped, at: x, "x")

    var (back, inverse) = (rows, [0.0, 0, 0])
    let inversePullback = try steps.inverseWithPullback(rows: &back, addingTo: &inverse)
    #expect(zip(back, x).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(inverse, logDeterminants).allSatisfy { abs($0 + $1) < 1e-12 })
    // A pullback may be called again.
    for _ in 0..<2 {
      gradient = c
      inversePullback(&gradient, w)
    }
    expect(gradient, of: undone, at: rows, "z")
  }

  @Test func aStepWithoutDerivativeIsNamed() {
    let steps: [any Preprocessing] = [
      Dequantize(dimension: 1, features: [0], seed: 1), Standardize(means: [0], standardDeviations: [1]),
    ]
    var (rows, logDeterminants) = ([0.5], [0.0])
    let error = #expect(throws: FlowError.self) {
      _ = try steps.inverseWithPullback(rows: &rows, addingTo: &logDeterminants)
    }
    #expect(error?.kind == .architecture && error?.message.contains("'dequantize'") == true, "\(error?.message ?? "")")
    #expect(rows == [0.5])
    // The other direction has one.
    let pullback = steps.forwardWithPullback(rows: &rows, addingTo: &logDeterminants)
    var gradient = [2.0]
    pullback(&gradient, [1])
    #expect(gradient == [2])
  }

  @Test func undefinedEventsAreHeardOfWithAndWithoutPullback() {
    for isDifferentiated in [false, true] {
      var (rows, logDeterminants) = ([0.5, 1, 5, 1, 2, 0], [0.0, 0, 0])
      var undefined: [Int] = []
      let note = { (event: Int, feature: Int, _: any Preprocessing) in undefined += [event, feature] }
      if isDifferentiated {
        _ = steps.forwardWithPullback(rows: &rows, addingTo: &logDeterminants, undefined: note)
      } else {
        steps.forward(rows: &rows, addingTo: &logDeterminants, undefined: note)
      }
      #expect(undefined == [1, 0])
    }
  }

  /// Next to a bound the derivative with respect to z is still that of the logistic function, where x says little.
  @Test func theInverseIsDifferentiatedAtZ() throws {
    let steps: [any Preprocessing] = [Bounded(lower: [-1], upper: [0])]
    for z in [-40, 40, 300, 800] as [Double] {
      var (rows, logDeterminants) = ([z], [0.0])
      let pullback = try steps.inverseWithPullback(rows: &rows, addingTo: &logDeterminants)
      var gradient = [1.0]
      pullback(&gradient, [1])
      #expect(gradient[0].isFinite && abs(abs(gradient[0]) - 1) < 1e-9, "\(z): \(gradient[0])")
    }
  }
}
