import FlowKitTestSupport
import Testing

@testable import FlowKit

private let isDouble = MemoryLayout<Scalar>.size == 8
/// Near the rounding of the element type, so that the laws see the map and not the solver.
private let fineTolerance = isDouble ? 1e-11 : 1e-6

private func ode(
  _ name: String, _ dimension: Int, context: Int = 0, hidden: [Int] = [4, 3],
  _ activation: SmoothActivation = .lipswish,
  trace: JacobianTrace? = nil
) -> LawCase {
  let layer = NeuralODE(
    dimension: dimension, contextDimension: context, hidden: hidden, activation: activation, trace: trace,
    tolerance: fineTolerance)
  return settled(LawCase(name, layer))
}

/// Fields that move events by about their spread, and round trips as exact as the tolerance of the steps.
private func settled(_ each: LawCase) -> LawCase {
  var result = each
  result.settings.parameterNoise = 0.5
  result.settings.roundTripFactor = 32 * fineTolerance / Double(Scalar.ulpOfOne)
  return result
}

private let cases = [
  ode("ode 1", 1, .sine),
  ode("ode 2 given 1", 2, context: 1, .tanh),
  ode("ode 3 of three hidden layers", 3, hidden: [3, 2, 3]),
  ode("ode 3 of one hidden layer, estimated in training", 3, hidden: [4], trace: .hutchinson),
  settled(
    LawCase(
      "inverse of ode",
      Inverted(NeuralODE(dimension: 2, contextDimension: 1, hidden: [4], tolerance: fineTolerance)))),
]

/// A solution by SciPy.
private struct ODECase: Decodable, CustomTestStringConvertible {
  let dimension, contextDimension: Int
  let hidden, chosen: [Int]
  let activation: SmoothActivation
  let x, context, parameters, r, c: ReferenceArray
  let z, logDeterminant, gradientX, gradientContext, gradientChosen: ReferenceArray
  var testDescription: String { "\(dimension) given \(contextDimension), \(activation.rawValue)" }

  func probe(tolerance: Double) -> BijectorProbe {
    BijectorProbe(
      NeuralODE(
        dimension: dimension, contextDimension: contextDimension, hidden: hidden, activation: activation,
        tolerance: tolerance), parameters: parameters.scalars)
  }
}

@Suite struct NeuralODETests {
  @Test(arguments: cases)
  func obeysTheLaws(_ each: LawCase) {
    each.prove()
  }

  @Test(arguments: try ReferenceFile<ODECase>.cases("ode.json"))
  fileprivate func solutionsAndGradientsAreThoseOfSciPy(_ each: ODECase) {
    let tolerance = isDouble ? 1e-9 : 1e-5
    let (value, gradients) = each.probe(tolerance: fineTolerance).pullBack(
      .forward, at: each.x.scalars, context: each.context.scalars, values: each.r.scalars,
      logDeterminants: each.c.scalars)
    expectClose(value.values, each.z, within: tolerance, "z")
    expectClose(value.logDeterminants, each.logDeterminant.values, within: tolerance, "log-determinant")
    // Of the equation, where the pullback is that of the steps.
    expectClose(gradients.input, each.gradientX, within: 10 * tolerance, "gradient of x")
    expectClose(gradients.context, each.gradientContext, within: 10 * tolerance, "gradient of the context")
    let chosen = each.chosen.map { Double(gradients.parameters[$0]) }
    expectClose(chosen, each.gradientChosen.values, within: 10 * tolerance, "gradient of the parameters")
  }

  @Test(arguments: try ReferenceFile<ODECase>.cases("ode.json"))
  fileprivate func theInverseLeadsBackToTheReferenceEvents(_ each: ODECase) throws {
    let value = try each.probe(tolerance: fineTolerance).map(.inverse, each.z.scalars, context: each.context.scalars)
    expectClose(value.values, each.x, within: isDouble ? 1e-9 : 1e-5, "x")
    expectClose(
      value.logDeterminants, each.logDeterminant.values.map { -$0 }, within: isDouble ? 1e-9 : 1e-5, "log-determinant")
  }

  /// The error of a solution follows the tolerance of its steps.
  @Test(arguments: [1e-2, 1e-3, 1e-4])
  func errorsAreOfTheSizeOfTheTolerance(_ tolerance: Double) throws {
    var largest = 0.0
    for each in try ReferenceFile<ODECase>.cases("ode.json") {
      let value = try each.probe(tolerance: tolerance).map(.forward, each.x.scalars, context: each.context.scalars)
      let got = value.values.map { Double($0) } + value.logDeterminants
      for (got, expected) in zip(got, each.z.values + each.logDeterminant.values) {
        largest = max(largest, abs(got - expected) / (1 + abs(expected)))
      }
    }
    #expect(largest < 20 * tolerance)
    #expect(largest > 1e-3 * tolerance, "more steps than the tolerance asks for")
  }

  /// The mean over random signs is the trace.
  @Test func estimatesAreUnbiased() throws {
    let each = try #require(try ReferenceFile<ODECase>.cases("ode.json").last)
    var probe = BijectorProbe(
      NeuralODE(dimension: each.dimension, hidden: each.hidden, activation: each.activation, trace: .hutchinson),
      parameters: each.parameters.scalars)
    let draws = 400
    var (sums, squares) = ([Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6))
    for draw in 0..<draws {
      probe.random = EventRandom(seed: UInt64(draw), purpose: .passes)
      let value = probe.pullBack(
        .forward, at: each.x.scalars, values: each.r.scalars, logDeterminants: each.c.scalars
      ).value
      for (event, logDeterminant) in value.logDeterminants.enumerated() {
        let error = logDeterminant - each.logDeterminant.values[event]
        (sums[event], squares[event]) = (sums[event] + error, squares[event] + error * error)
      }
    }
    let count = Double(draws)
    for event in sums.indices {
      let deviation = (squares[event] / count).squareRoot()
      #expect(deviation > 1e-3, "nothing was drawn")
      #expect(abs(sums[event] / count) < 4 * deviation / count.squareRoot(), "event \(event)")
    }
  }

  @Test func anEquationThatCannotBeSolvedIsSaid() {
    let layer = NeuralODE(dimension: 2, hidden: [16], activation: .sine, tolerance: 1e-4)
    let wild = uniformNumbers(layer.parameterCount, in: -4000...4000, seed: 1).map { Scalar($0) }
    let probe = BijectorProbe(layer, parameters: wild)
    let error = #expect(throws: FlowError.self) { try probe.map(.inverse, [0.5, -1]) }
    #expect(
      error?.message.hasPrefix(
        "ode(hidden=16,activation=sine,tolerance=0.0001): for z = (0.5, -1.0) steps of 2^-12 are too")
        == true, "\(error?.message ?? "")")
    let forward = try? probe.map(.forward, [0.5, -1])
    #expect(forward.map { $0.values.contains { !$0.isNaN } || !$0.logDeterminants[0].isNaN } == false)
    // What is not finite is no fault of the solver.
    let infinite = try? probe.map(.inverse, [.infinity, 0])
    #expect(infinite?.values.contains { !$0.isNaN } == false)
  }

  private func layer(_ text: String, dimension: Int) throws -> NeuralODE {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(text).chain(dimension: dimension, using: &random)
    #expect(chain.layers.count == 1)
    return try #require(chain.layers[0] as? NeuralODE)
  }

  @Test(arguments: [
    ("ode", 2, "ode(hidden=64x64)"), ("ode(hidden=8,activation=sine)", 2, "ode(hidden=8,activation=sine)"),
    ("ode(trace=exact)", 17, "ode(hidden=64x64)"), ("ode(hidden=8,trace=exact)", 16, "ode(hidden=8)"),
    ("ode(hidden=8,trace=exact)", 17, "ode(hidden=8,trace=exact)"),
    ("ode(hidden=8,trace=hutchinson)", 17, "ode(hidden=8)"),
    ("ode(trace=hutchinson)", 17, "ode(hidden=64x64,trace=hutchinson)"),
    ("ode(tolerance=1e-3)", 2, "ode(hidden=64x64,tolerance=0.001)"),
  ])
  func layerListsMean(_ text: String, _ dimension: Int, _ written: String) throws {
    let layer = try layer(text, dimension: dimension)
    #expect(layer.layerList == written)
    #expect(try self.layer(layer.layerList, dimension: dimension).layerList == written)
  }

  @Test(arguments: [
    ("ode(tolerance=0)", "tolerance takes a number from 1e-13 to 0.1"),
    ("ode(activation=relu)", "activation takes one of lipswish, tanh, sine"),
    ("ode(trace=none)", "trace takes one of exact, hutchinson"),
    ("ode(hidden=none)", "hidden takes widths such as 128x128"),
  ])
  func wrongArgumentsAreNamed(_ text: String, _ reason: String) {
    let error = #expect(throws: FlowError.self) { try layer(text, dimension: 2) }
    #expect(error?.message.hasSuffix(reason) == true, "\(error?.message ?? "")")
  }
}
