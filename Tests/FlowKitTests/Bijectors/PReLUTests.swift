import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct PReLUTests {
  @Test(arguments: [
    LawCase.kinked("prelu 1", PReLU(dimension: 1)), .kinked("prelu 4", PReLU(dimension: 4)),
    .kinked("inverse of prelu", Inverted(PReLU(dimension: 3))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test func takesTheUpperSlopeAtItsKink() throws {
    var random = RandomStream(seed: 1, purpose: .parameters)
    let layer = PReLU(dimension: 1)
    let probe = BijectorProbe(layer, parameters: layer.initialParameters(using: &random))
    let x: [Scalar] = [0, -0.0, 2, -2]
    for direction in BijectorProbe.Direction.allCases {
      let (value, gradients) = probe.pullBack(direction, at: x, values: [1, 1, 1, 1], logDeterminants: [1, 1, 1, 1])
      let slope: Scalar = direction == .forward ? 0.9 : 1 / 0.9
      expectClose(value.values.map { Double($0) }, [0, 0, 2, Double(-2 * slope)], within: referenceTolerance, "z")
      #expect(gradients.input.prefix(3) == [1, 1, 1] && value.logDeterminants.prefix(3) == [0, 0, 0])
      #expect(abs(gradients.input[3] - slope) <= 4 * slope * Scalar.ulpOfOne)
    }
  }

  /// Each feature bends by its own slope, as a leaky ReLU of that slope would.
  @Test func bendsAsLeakyReLUsOfItsSlopes() throws {
    let slopes = [0.5, 0.125, 2]
    let probe = BijectorProbe(PReLU(dimension: 3), parameters: slopes.map { Scalar(log2($0) * 0.6931471805599453) })
    let x = uniformNumbers(3 * 20).map { Scalar($0) }
    let z = try probe.map(.forward, x).values
    for (feature, slope) in slopes.enumerated() {
      let rows = stride(from: feature, to: x.count, by: 3)
      let single = BijectorProbe(LeakyReLU(dimension: 1, slope: slope), parameters: [])
      let expected = try single.map(.forward, rows.map { x[$0] }).values.map { Double($0) }
      expectClose(rows.map { Double(z[$0]) }, expected, within: referenceTolerance, "feature \(feature)")
    }
  }

  private func log2(_ power: Double) -> Double { Double(power.exponent) }
}
