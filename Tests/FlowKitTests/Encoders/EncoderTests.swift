import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@Suite struct EncoderTests {
  private let events: EventArray

  init() throws { events = try EventArray(curve(96), dimension: 4) }

  private func architecture(
    _ encoder: String = "6x5,activation=tanh", metric: EncoderArchitecture.Metric = .equal
  ) throws -> EncoderArchitecture {
    try EncoderArchitecture(
      fitting: events, latents: 2, encoder: encoder, decoder: "5x6,activation=silu", metric: metric)
  }

  @Test(arguments: EncoderArchitecture.Metric.allCases)
  func theGradientIsThatOfCentralDifferences(metric: EncoderArchitecture.Metric) throws {
    let architecture = try architecture(metric: metric)
    for error in ReconstructionObjective.Error.allCases {
      try expectGradient(
        ReconstructionObjective(architecture, error: error), events, at: scattered(architecture.parameterCount))
    }
  }

  struct ReferenceCase: Decodable {
    let name, error: String
    let events, means, deviations, parameters, latents, reconstructions, gradient: ReferenceArray
    let loss: Double
  }

  /// Networks, loss and gradient are those of JAX on the same parameters.
  @Test func agreesWithAnIndependentProgram() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("encoders.json").filter { $0.name == "ae" }
    #expect(cases.count == 2)
    for reference in cases {
      let shape = reference.events.shape
      let architecture = EncoderArchitecture(
        scaling: Standardize(means: reference.means.values, standardDeviations: reference.deviations.values),
        encoder: try CodeNetwork("6x5,activation=tanh", inputs: shape[1], outputs: 2),
        decoder: try CodeNetwork("5x6,activation=silu", inputs: 2, outputs: shape[1]))
      let encoder = EventEncoder(architecture: architecture, parameters: reference.parameters.scalars)
      let latents = encoder.latents(of: reference.events.values)
      expectClose(latents, reference.latents.values, within: referenceTolerance, "latents")
      expectClose(
        try encoder.events(from: latents), reference.reconstructions.values, within: 10 * referenceTolerance,
        "reconstructions")
      let error = try #require(ReconstructionObjective.Error(rawValue: reference.error))
      let trainer = try Trainer(
        ReconstructionObjective(architecture, error: error), from: reference.parameters.scalars,
        train: EventArray(reference.events.values, dimension: shape[1]), options: TrainingOptions())
      let (loss, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
      #expect(abs(loss - reference.loss) <= referenceTolerance * max(1, reference.loss))
      expectClose(gradient, reference.gradient, within: 10 * referenceTolerance, "gradient")
    }
  }

  /// The reconstruction error is in the data's units, or in deviations, as the metric says.
  @Test func errorsAreInTheUnitsOfTheMetric() throws {
    let rows = curve(5)
    for metric in EncoderArchitecture.Metric.allCases {
      let architecture = try architecture(metric: metric)
      let encoder = EventEncoder(architecture: architecture, seed: 3)
      let back = try encoder.events(from: encoder.latents(of: rows))
      let units = metric == .equal ? [1, 1, 1, 1] : architecture.scaling.standardDeviations
      let expected = (0..<5).map { row in
        (0..<4).reduce(0.0) { sum, column in
          let residual = (back[4 * row + column] - rows[4 * row + column]) / units[column]
          return sum + residual * residual / 4
        }
      }
      expectClose(try encoder.reconstructionErrors(of: rows), expected, within: 1e-12, "errors")
    }
  }

  /// Rows are encoded alike in any company and by any number of threads, to the bit.
  @Test func rowsAreIndependent() throws {
    let (encoder, rows) = (EventEncoder(architecture: try architecture(), seed: 5), curve(300))
    let all = encoder.latents(of: rows)
    #expect(all == encoder.evaluator(threads: 3).latents(of: rows))
    #expect(encoder.latents(of: Array(rows[(4 * 150)..<(4 * 151)])) == Array(all[300..<302]))
    let bad = encoder.latents(of: [1, 2, 3, .nan] + rows)
    #expect(bad[0].isNaN && Array(bad[2...]) == all)
  }

  @Test func texts() throws {
    for text in ["linear", "128x64", "16,activation=tanh", "32,network=residual,blocks=3", "8,dropout=0.1"] {
      #expect(try CodeNetwork(text, inputs: 4, outputs: 2).text == text)
    }
    for (text, part) in [
      ("", "begins with its widths"), ("12xx3", "hidden takes"), ("8,nonsense=2", "no such argument"),
      ("8,activation=cube", "relu, tanh, silu"),
    ] {
      let error = #expect(throws: FlowError.self) { try CodeNetwork(text, inputs: 4, outputs: 2) }
      #expect(error?.message.contains(part) == true, "\(text): \(error?.message ?? "")")
    }
    for text in ["ae", "ae(error=absolute)", "ae(metric=deviations)", "ae(error=absolute,metric=deviations)"] {
      #expect(try EncoderObjective(text).text == text)
    }
    #expect(throws: FlowError.self) { try EncoderObjective("likelihood") }
  }

  @Test func constantColumnsAreKept() throws {
    var rows: [Double] = []
    for (index, value) in curve(64).enumerated() { rows += index % 4 == 3 ? [value, 7] : [value] }
    for metric in EncoderArchitecture.Metric.allCases {
      let architecture = try EncoderArchitecture(
        fitting: EventArray(rows, dimension: 5), latents: 1, encoder: "linear", decoder: "linear", metric: metric)
      #expect(architecture.scaling.means[4] == 7 && architecture.isLinear)
    }
    let error = #expect(throws: FlowError.self) {
      try EncoderArchitecture(
        fitting: EventArray([1, 2, 1, 2], dimension: 2), latents: 1, encoder: "linear", decoder: nil)
    }
    #expect(error?.message == "the events: all columns are constant")
  }
}
