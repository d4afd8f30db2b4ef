import FlowKit
import Foundation
import Testing

/// Model files as an earlier program wrote them (Tests/Reference/make_golden_models.py), and what it scored.
@Suite struct GoldenFileTests {
  private struct Case: Decodable {
    let name: String
    let events, context, densities: ReferenceArray
  }

  private struct File: Decodable {
    let processor: String
    let cases: [Case]
  }

  private func file() throws -> File {
    try JSONDecoder().decode(File.self, from: try Data(contentsOf: referenceURL("format2.json")))
  }

  private func model(_ name: String, includingTraining: Bool = false) throws -> Model {
    try Model(reading: reference("../models/format2-\(name).h5"), includingTraining: includingTraining)
  }

  /// To the bit in a release build on the type of processor that the file names; elsewhere kernels may sum in another order.
  /// Sylvester layers are prepared in Double today: their last digits may differ.
  @Test func scoresAreThoseOfTheProgramThatWroteThem() throws {
    let file = try file()
    let isSameMachine = !isDebugBuild && MemoryLayout<Scalar>.size == 4 && file.processor == processor()
    for each in file.cases {
      let densities = try model(each.name).flow.logDensity(each.events.values, context: each.context.values)
      expectClose(densities, each.densities.values, within: 2e-5, each.name)
      if isSameMachine, each.name != "sylvester" { #expect(densities == each.densities.values, "\(each.name)") }
    }
  }

  /// Every kind that the program of then knew.
  @Test func everyKindIsThere() throws {
    let texts = try file().cases.map { try model($0.name).flow.architecture.jsonText() }
    let later = [
      "chain", NeuralODE.layerName, "autoregressive-additive", "elementwise-additive", "autoregressive-categories",
      "categories",
    ]
    let circular = ["coupling-circular-rqs", "autoregressive-circular-rqs"]
    let names = Registry.standard.layerNames + Registry.standard.baseNames
    let laterMaps = [SmoothLeakyReLU.name, SumOfSquares.name, BernsteinPolynomial.name, DeepSigmoid.name]
    for name in names
    where !(later + circular + [StudentTMixture.name]).contains(name) && !laterMaps.contains(where: name.hasSuffix) {
      #expect(texts.contains { $0.contains("\"kind\":\"\(name)\"") }, "\(name)")
    }
  }

  /// Writing a model anew changes nothing of what it says; training goes on from what is stored.
  @Test func whatIsReadIsWrittenTheSame() throws {
    for each in try file().cases {
      let model = try model(each.name, includingTraining: true)
      let stored = try HDF5.File(reading: reference("../models/format2-\(each.name).h5")).root()
        .dataset("architecture").readTexts().first
      #expect(try model.flow.architecture.jsonText() == stored, "\(each.name)")
      #expect(model.training?.epoch == 3 && model.history.count == 3)
      let options = try #require(model.provenance["training_options"]?.text)
      #expect(try TrainingOptions(jsonText: options, "options").batchSize == 32)
    }
  }

  /// What a later version adds has a default.
  @Test func optionsOfAnotherVersionAreRead() throws {
    var expected = TrainingOptions()
    expected.epochs = 7
    #expect(try TrainingOptions(jsonText: #"{"epochs":7,"ofALaterVersion":1}"#, "options") == expected)
    #expect(throws: FlowError.self) { try TrainingOptions(jsonText: #"{"epochs":null}"#, "options") }
  }
}

private var isDebugBuild: Bool {
  #if DEBUG
    true
  #else
    false
  #endif
}

/// Vendor, family and model, as make_golden_models.py names them.
private func processor() -> String {
  var fields: [String: String] = [:]
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  for line in text.split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
  }
  return ["vendor_id", "cpu family", "model"].map { fields[$0] ?? "" }.joined(separator: " ")
}
