import FlowKit
import Foundation
import Testing

/// Networks computed by nflows and PyTorch: outputs, and gradients of ⟨r, outputs⟩.
private struct NetworkCase: Decodable {
  let kind: String
  let isMasked: Bool
  let inputs, contextDimension, outputs, blocks: Int
  let hidden: [Int]
  let activation: Activation
  let norm: NetworkNormalization
  let dropout: Double
  let x, context, parameters, unused, r: ReferenceArray
  let value, gradientX, gradientContext, gradientParameters: ReferenceArray

  var name: String { "\(isMasked ? "masked " : "")\(kind) \(activation) given \(contextDimension), dropout \(dropout)" }

  var network: any Conditioner {
    switch (kind, isMasked) {
    case ("mlp", false):
      Perceptron(
        inputs: inputs, context: contextDimension, hidden: hidden, outputs: outputs, activation: activation,
        dropout: dropout)
    case ("mlp", true):
      MaskedPerceptron(
        inputs: inputs, context: contextDimension, hidden: hidden, outputsPerInput: outputs, activation: activation,
        dropout: dropout)
    case ("residual", false):
      ResidualPerceptron(
        inputs: inputs, context: contextDimension, width: hidden[0], blocks: blocks, outputs: outputs,
        activation: activation, normalization: norm, dropout: dropout)
    default:
      MaskedResidualPerceptron(
        inputs: inputs, context: contextDimension, width: hidden[0], blocks: blocks, outputsPerInput: outputs,
        activation: activation, dropout: dropout)
    }
  }
}

/// What the dropped units are drawn from.
private struct Draws: Decodable {
  let seed: String
  let first: Int

  func random() throws -> EventRandom {
    EventRandom(seed: try #require(UInt64(seed)), purpose: .passes, first: first)
  }
}

@Suite struct NetworkReferenceTests {
  private func cases() throws -> [NetworkCase] { try ReferenceFile<NetworkCase>.cases("networks.json") }

  private func random() throws -> EventRandom {
    try JSONDecoder().decode(Draws.self, from: Data(contentsOf: referenceURL("networks.json"))).random()
  }

  @Test func valuesAndGradientsAreThoseOfOtherPrograms() throws {
    let (cases, random) = (try cases(), try random())
    #expect(cases.map(\.kind) == Array(repeating: "residual", count: 9) + Array(repeating: "mlp", count: 3))
    #expect(cases.filter { $0.dropout > 0 }.count == 6 && cases.filter(\.isMasked).count == 4)
    for each in cases {
      let probe = NetworkProbe(each.network, parameters: each.parameters.scalars)
      let got = probe.pullBack(each.x.scalars, context: each.context.scalars, random: random, r: each.r.scalars)
      let (tolerance, name) = (10 * referenceTolerance, each.name)
      expectClose(got.value, each.value, within: tolerance, "outputs, \(name)")
      expectClose(got.x, each.gradientX, within: tolerance, "gradient of x, \(name)")
      expectClose(got.context, each.gradientContext, within: tolerance, "gradient of the context, \(name)")
      expectClose(got.parameters, each.gradientParameters, within: tolerance, "gradient of the parameters, \(name)")
      let unused = zip(got.parameters, each.unused.values).filter { $0.1 > 0 }.map(\.0)
      #expect(unused.isEmpty != each.isMasked && unused.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  /// Without random numbers nothing is dropped, and with them both ways of evaluating drop the same.
  @Test func onlyRandomNumbersDropUnits() throws {
    let random = try random()
    for each in try cases() {
      let probe = NetworkProbe(each.network, parameters: each.parameters.scalars)
      let (x, context, r) = (each.x.scalars, each.context.scalars, each.r.scalars)
      let (still, drawn) = (probe.outputs(x, context: context), probe.outputs(x, context: context, random: random))
      #expect((still != drawn) == (each.dropout > 0), "\(each.name)")
      #expect(probe.pullBack(x, context: context, r: r).value == still, "\(each.name)")
      #expect(probe.pullBack(x, context: context, random: random, r: r).value == drawn, "\(each.name)")
    }
  }

  /// Masked weights do not matter, whatever stands there before they are cleared.
  @Test func maskedWeightsDoNotMatter() throws {
    for each in try cases() where each.isMasked {
      var other = each.parameters.scalars
      for index in other.indices where each.unused.values[index] > 0 { other[index] = .nan }
      let outputs = [each.parameters.scalars, other].map {
        NetworkProbe(each.network, parameters: $0).outputs(each.x.scalars, context: each.context.scalars)
      }
      #expect(outputs[0] == outputs[1], "\(each.name)")
    }
  }

  /// Position by position, while later inputs are not known, comes what one pass gives; so do the gradients.
  @Test func positionByPositionIsTheSame() throws {
    let random = try random()
    for each in try cases() where each.isMasked {
      let probe = NetworkProbe(each.network, parameters: each.parameters.scalars)
      let network = try #require(each.network as? any OrderedConditioner)
      let (x, context, r) = (each.x.scalars, each.context.scalars, each.r.scalars)
      let (count, P) = (probe.count(x, context), network.outputsPerInput)
      let (input, pass) = (probe.input(x, context), probe.pass(context, random))
      var walk = network.orderedPass(pass, like: input)
      var known = Tile(features: network.inputs, like: input, filledWith: .nan)
      var value: [[Scalar]] = []
      for position in 0..<network.inputs {
        value.append(probe.rows(walk.outputs(ofPosition: position, known), count))
        known.write(input.rows(position..<position + 1), toRow: position)
      }
      func joined(_ rows: [[Scalar]]) -> [Scalar] {
        (0..<count).flatMap { event in rows.flatMap { $0[(event * P)..<((event + 1) * P)] } }
      }
      var back = walk.pullback(at: input)
      var x̄ = Tile(features: network.inputs, like: input, filledWith: 0)
      var gradient = Gradient(
        count: probe.parameters.count,
        context: pass.context.map { Tile(features: $0.features, like: $0, filledWith: 0) })
      let cotangents = probe.tile(r, network.outputs, count, padding: 0)
      for position in (0..<network.inputs).reversed() {
        back.pullBack(
          position: position, cotangents.rows((position * P)..<((position + 1) * P)), to: &x̄, &gradient)
      }
      back.finish(&gradient)
      let tolerance = 10 * referenceTolerance
      expectClose(joined(value), each.value, within: tolerance, "outputs, \(each.name)")
      expectClose(probe.rows(x̄, count), each.gradientX, within: tolerance, "gradient of x, \(each.name)")
      expectClose(
        gradient.context.map { probe.rows($0, count) } ?? [], each.gradientContext, within: tolerance,
        "gradient of the context, \(each.name)")
      expectClose(
        probe.parameters.indices.map { gradient[$0] }, each.gradientParameters, within: tolerance,
        "gradient of the parameters, \(each.name)")
    }
  }
}
