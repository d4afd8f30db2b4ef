import FlowKit
import Glibc

/// φ = W cos(Ω (x, c) + b) + v, a sum of waves with trainable frequencies Ω.
///
/// Such sums come as close to any continuous function as wanted on bounded sets (Stone–Weierstrass: products of cosines are
/// sums of cosines). W and v start at 0. Layer lists: `network=cosine,units=32`.
struct CosineNetwork: ListedConditioner {
  static let networkName = "cosine"
  let inputs, context, units, outputs: Int

  var parameterShapes: [ParameterShape] {
    [
      ParameterShape("frequency", [units, inputs + context]), ParameterShape("phase", [units]),
      ParameterShape("weight", [outputs, units]), ParameterShape("bias", [outputs]),
    ]
  }

  var weightCount: Int { units * (inputs + context + outputs) }
  var isUniversal: Bool { true }
  var growsLinearly: Bool { true }

  static func fromLayerList(
    _ arguments: inout LayerArguments, _ shape: NetworkShape
  ) throws(FlowError) -> CosineNetwork {
    let units = try arguments.widths("units", default: [32], "a number of waves such as 32") { $0.count == 1 }
    return CosineNetwork(inputs: shape.inputs, context: shape.context, units: units[0], outputs: shape.outputs)
  }

  func listArguments(_ defaults: NetworkDefaults) -> [String] { ["units=\(units)"] }

  /// Frequencies in ±2 and phases in ±π; outputs of 0.
  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let ranges = parameterShapes.map { Array(repeating: $0.name == "frequency" ? 2.0 : .pi, count: $0.count) }
    return (ranges[0] + ranges[1]).map { Scalar((2 * random.uniform() - 1) * $0) }
      + Array(repeating: 0, count: outputs * (units + 1))
  }

  func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback) {
    let slices = slices
    var input = Tile(features: inputs + context, like: x)
    input.write(x, toRow: 0)
    if let context = pass.context { input.write(context, toRow: inputs) }
    let frequency = WeightMatrix(pass.parameters.slice(slices[0]), rows: units, columns: inputs + context)
    let weight = WeightMatrix(pass.parameters.slice(slices[2]), rows: outputs, columns: units)
    var phase = Tile(features: units, like: x)
    frequency.multiply(input, into: &phase)
    phase.addBias(pass.parameters.slice(slices[1]))
    let wave = phase.mapped { cos($0) }
    var φ = Tile(features: outputs, like: x)
    weight.multiply(wave, into: &φ)
    φ.addBias(pass.parameters.slice(slices[3]))
    return (
      φ,
      { [input, phase] φ̄, gradient in
        gradient.withSlice(slices[2]) { weight.addOuterProduct(φ̄, wave, to: &$0) }
        gradient.withSlice(slices[3]) { φ̄.addRowSums(to: &$0) }
        var phasē = phase.mapped { -sin($0) }
        var wavē = Tile(features: units, like: φ̄)
        weight.multiplyTransposed(φ̄, into: &wavē)
        phasē.multiply(by: wavē)
        gradient.withSlice(slices[0]) { frequency.addOuterProduct(phasē, input, to: &$0) }
        gradient.withSlice(slices[1]) { phasē.addRowSums(to: &$0) }
        var inputs̄ = Tile(features: inputs + context, like: φ̄)
        frequency.multiplyTransposed(phasē, into: &inputs̄)
        gradient.context?.add(inputs̄.rows(inputs..<(inputs + context)))
        return inputs̄.rows(0..<inputs)
      }
    )
  }

  /// Where each parameter stands in the network's slice.
  private var slices: [Range<Int>] {
    var end = 0
    return parameterShapes.map { shape in
      defer { end += shape.count }
      return end..<(end + shape.count)
    }
  }
}
