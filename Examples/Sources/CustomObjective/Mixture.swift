import FlowKit

/// Something trainable that is no flow: two flows side by side and the logit of the first one's share, all trained together.
struct TwoFlows: Trainable {
  let first, second: Architecture
  let layout: ParameterLayout
  private let parts: [Range<Int>]

  init(_ first: Architecture, _ second: Architecture) {
    (self.first, self.second) = (first, second)
    layout = ParameterLayout(joining: [
      ("first", first.layout), ("second", second.layout), ("share", ParameterLayout([("logit", Logit())])),
    ])
    let (ofFirst, ofSecond) = (first.layout.parts.count, second.layout.parts.count)
    parts = [0..<ofFirst, ofFirst..<(ofFirst + ofSecond), (ofFirst + ofSecond)..<(ofFirst + ofSecond + 1)]
  }

  var dimension: Int { first.dimension }
  func copied() -> TwoFlows { TwoFlows(first.copied(), second.copied()) }

  /// The slices of what tiles see that belong to the first flow, the second, and the logit.
  var slices: [Range<Int>] { parts.map { layout.prepared(ofParts: $0) } }

  struct Logit: Parameterized {
    var parameterShapes: [ParameterShape] { [ParameterShape("logit", [1])] }
  }
}

/// Maximum likelihood of π p₁ + (1 − π) p₂.
struct MixtureLikelihood: SumObjective {
  let model: TwoFlows
  var subject: any Trainable { model }
  func copied() -> MixtureLikelihood { MixtureLikelihood(model: model.copied()) }

  func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let slices = model.slices
    let one = FlowPass(model.first, pass.slice(slices[0])).logDensities(of: tile.x)
    let other = FlowPass(model.second, pass.slice(slices[1])).logDensities(of: tile.x)
    let logit = Double(pass.parameters.slice(slices[2])[0])
    return (0..<tile.count).reduce(0) { $0 - tile.weight(of: $1) * mixed(one[$1], other[$1], logit).value }
  }

  func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let slices = model.slices
    let (one, pullBackOne) = FlowPass(model.first, pass.slice(slices[0])).logDensitiesWithPullback(of: tile.x)
    let (other, pullBackOther) = FlowPass(model.second, pass.slice(slices[1])).logDensitiesWithPullback(of: tile.x)
    let logit = Double(pass.parameters.slice(slices[2])[0])
    let mixtures = (0..<tile.count).map { mixed(one[$0], other[$0], logit) }
    _ = gradient.withSlice(slices[0]) {
      pullBackOne(tile.row { -tile.weight(of: $0) * mixtures[$0].responsibility }, &$0)
    }
    _ = gradient.withSlice(slices[1]) {
      pullBackOther(tile.row { -tile.weight(of: $0) * (1 - mixtures[$0].responsibility) }, &$0)
    }
    let share = 1 / (1 + exponential(-logit))
    let ofLogit = (0..<tile.count).reduce(0) { $0 - tile.weight(of: $1) * (mixtures[$1].responsibility - share) }
    gradient.withSlice(slices[2]) { $0[0] += Scalar(ofLogit) }
    return (0..<tile.count).reduce(0) { $0 - tile.weight(of: $1) * mixtures[$1].value }
  }

  /// log(π p₁ + (1 − π) p₂), and how much of it is the first one's.
  private func mixed(_ one: Double, _ other: Double, _ logit: Double) -> (value: Double, responsibility: Double) {
    let (a, b) = (one + logit - softplus(logit), other - softplus(logit))
    let value = max(a, b) + softplus(-abs(a - b))
    return (value, exponential(a - value))
  }
}
