import FlowKit
import FlowKitTestSupport
import Testing

private struct PreprocessingCase: CustomTestStringConvertible {
  let testDescription: String
  let layer: any Preprocessing
  var laws = PreprocessingLaw.allCases

  /// Whole numbers get noise from rows but not from tiles, which hold events that have it already.
  init(_ name: String, _ layer: any Preprocessing) {
    (testDescription, self.layer) = (name, layer)
    if layer is Dequantize { laws.removeAll { $0 == .tiles } }
  }
}

/// Maps in whose own units, and near standard normal events, nothing happens.
private let rowCases = [
  PreprocessingCase("time stamps", Standardize(means: [1.6e9, 0], standardDeviations: [100, 1e-6])),
  PreprocessingCase("narrow and wide", Bounded(lower: [0, 1e6, nil], upper: [1, 1e6 + 1, -1e9])),
  PreprocessingCase("degrees", Circular(periods: [Interval(0, 360)])),
]

private let cases: [PreprocessingCase] = [
  PreprocessingCase("standardize", Standardize(means: [1.5, -20, 0], standardDeviations: [0.25, 8, 1])),
  PreprocessingCase("robust", RobustScaling(medians: [1.5, -20, 0], scales: [0.25, 8, 1])),
  PreprocessingCase("arcsinh", Arcsinh(medians: [0.5, 0, -2], scales: [0.5, nil, 3])),
  PreprocessingCase("bounds", Bounded(lower: [-12, nil, -11, nil], upper: [13, nil, nil, 12])),
  PreprocessingCase("bounds, one below", Bounded(lower: [-15], upper: [nil])),
  PreprocessingCase("circular", Circular(periods: [Interval(-30, 30), nil, Interval(-20, 50)])),
  PreprocessingCase("dequantize", Dequantize(dimension: 3, features: [0, 2], seed: 1)),
  PreprocessingCase("dequantize nothing", Dequantize(dimension: 2, features: [], seed: 1)),
  PreprocessingCase("whiten 1", Whiten(means: [2], standardDeviations: [0.5], factor: [1])),
  PreprocessingCase(
    "whiten 3",
    Whiten(
      means: [1, -2, 0.5], standardDeviations: [0.5, 3, 1.5], factor: [1, 0, 0, 0.6, 0.8, 0, -0.5, 0.3, 0.7])),
  PreprocessingCase("skewed, with all defaults", SkewedPreprocessing()),
]

@Suite struct PreprocessingLawTests {
  @Test(arguments: cases + rowCases) private func obeysTheLawsOfRows(_ each: PreprocessingCase) {
    let violations = PreprocessingLaws().violations(of: each.layer, laws: each.laws)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: cases) private func obeysTheLawsOfBijectors(_ each: PreprocessingCase) {
    let violations = BijectorLaws().violations(of: each.layer)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }
}
