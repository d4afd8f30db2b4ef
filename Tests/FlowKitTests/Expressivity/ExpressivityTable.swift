import FlowKit
import Testing

/// An architecture and what was worked out by hand about it.
struct KnownCase: Sendable, CustomTestStringConvertible {
  let dimension: Int
  let layers: [any Bijector]
  let name: String
  let mixing: String
  /// Nil where the map is not affine.
  let group: String?
  let family: String
  let findings: [String]
  var untransformed: [Int] = []
  var order: [Int]?
  var collapsed: [String] = []
  var tails = "light"

  var testDescription: String { "D = \(dimension): \(name)" }

  /// A layer list; `findings` in the order of the report.
  init(
    _ dimension: Int, _ list: String, _ mixing: String, _ group: String?, _ family: String, _ findings: [String] = [],
    untransformed: [Int] = [], order: [Int]? = nil, collapsed: [String] = []
  ) throws {
    var random = RandomStream(seed: 0, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: dimension, using: &random)
    self.init(
      dimension, chain.layers, list, mixing, group, family, findings, untransformed: untransformed, order: order,
      collapsed: collapsed)
  }

  init(
    _ dimension: Int, _ layers: [any Bijector], _ name: String, _ mixing: String, _ group: String?, _ family: String,
    _ findings: [String] = [], untransformed: [Int] = [], order: [Int]? = nil, collapsed: [String] = []
  ) {
    (self.dimension, self.layers, self.name) = (dimension, layers, name)
    (self.mixing, self.group, self.family, self.findings) = (mixing, group, family, findings)
    (self.untransformed, self.order, self.collapsed) = (untransformed, order, collapsed)
  }

  /// The same with tails of which nothing is known: slopes that grow with what the network sees.
  var withUnknownTails: KnownCase {
    var result = self
    result.tails = "unknown"
    return result
  }

  func architecture() throws -> Architecture {
    Architecture(chain: try Chain(layers, dimension: dimension), base: StandardNormal(dimension: dimension))
  }
}

private let all = "universal"
private let no = "not universal"

private func lower(_ signs: [Int]) -> [any Bijector] {
  [LowerTriangular(dimension: signs.count, signs: signs), LeakyReLU(dimension: signs.count)]
}

/// Leaky ReLUs between affine layers.
private func kinkCases() throws -> [KnownCase] {
  let convex = "convex conditionals"
  return [
    try KnownCase(1, "4*[lower,leaky-relu]", "none", nil, no, [convex]),
    try KnownCase(2, "4*[diagonal,leaky-relu]", "none", nil, "independent", ["independent coordinates"]),
    try KnownCase(2, "4*[lower,leaky-relu]", "triangular", nil, no, [convex], order: [0, 1]),
    try KnownCase(3, "8*[lower,leaky-relu]", "triangular", nil, no, [convex], order: [0, 1, 2]),
    try KnownCase(3, "8*[lower,leaky-relu(10)]", "triangular", nil, no, [convex], order: [0, 1, 2]),
    try KnownCase(3, "8*[upper,leaky-relu]", "triangular", nil, no, [convex], order: [2, 1, 0]),
    // Kinks of both kinds.
    try KnownCase(
      3, "4*[lower,leaky-relu(0.1),lower,leaky-relu(10)]", "triangular", nil, all, order: [0, 1, 2]),
    try KnownCase(1, "4*[lower,leaky-relu(0.1),lower,leaky-relu(10)]", "none", nil, all),
    // A slope of 1 is the identity.
    try KnownCase(
      2, "lower,leaky-relu(1)", "triangular", "lower", "Gaussian", ["only affine"], order: [0, 1], collapsed: ["lower"]),
    // Signs that differ from the rest turn the kinks around.
    KnownCase(
      2, lower([-1, -1]) + lower([-1, -1]), "2*[lower(-,-),leaky-relu]", "triangular", nil, all, order: [0, 1]),
    KnownCase(2, lower([-1, -1]), "lower(-,-),leaky-relu", "triangular", nil, all, order: [0, 1]),
    KnownCase(
      2, lower([-1, 1]) + lower([1, 1]), "signs of x0 alone", "triangular", nil, no, [convex], order: [0, 1]),
    try KnownCase(2, "4*[lower,upper,leaky-relu]", "full", nil, all),
    try KnownCase(5, "lower,upper,leaky-relu", "full", nil, all),
    try KnownCase(2, "4*[lower,leaky-relu,permute(reverse)]", "full", nil, all),
    try KnownCase(
      2, "2*[leaky-relu,permute(reverse)]", "none", nil, "independent", ["independent coordinates"]),
    try KnownCase(
      2, "lower,lower,leaky-relu,upper", "full", nil, all, ["collapsible"], collapsed: ["lower"]),
    try KnownCase(3, "leaky-relu,autoregressive-rqs(hidden=8)", "triangular", nil, all, order: [0, 1, 2]),
  ]
}

/// Couplings with either mask, D = 1 … 6.
private func couplingCases() throws -> [KnownCase] {
  let stay = "affine conditionals"
  let unlike = "conditionally independent"
  let open = "never conditioned on"
  var cases: [KnownCase] = [
    try KnownCase(
      1, "coupling-affine(hidden=8)", "none", "diagonal", "Gaussian", ["only affine", "coupling of one feature"]),
    try KnownCase(1, "coupling-rqs(hidden=8)", "none", nil, all, ["coupling of one feature"]),
    try KnownCase(
      2, "coupling-affine(hidden=8)", "triangular", nil, no, [stay, "untransformed", open], untransformed: [0],
      order: [0, 1]),
    try KnownCase(
      2, "coupling-affine(mask=alternate,hidden=8)", "triangular", nil, no, [stay, "untransformed", open],
      untransformed: [1], order: [1, 0]),
    try KnownCase(
      2, "3*[coupling-rqs(hidden=8)]", "triangular", nil, no, [stay, "untransformed", open, "same mask"],
      untransformed: [0], order: [0, 1]),
    try KnownCase(
      2, "coupling-affine(hidden=8),permute(reverse)", "triangular", nil, all, ["too shallow"], order: [0, 1]),
    try KnownCase(2, "2*[coupling-additive(hidden=8),permute(reverse)]", "full", nil, no, ["constant volume"]),
    // Feature 1 is always between the halves: it never conditions.
    try KnownCase(3, "4*[coupling-affine(hidden=8),permute(reverse)]", "partial", nil, no, [stay, open]),
    try KnownCase(3, "4*[coupling-rqs(hidden=8),permute(reverse)]", "partial", nil, all, [open]),
    try KnownCase(3, "4*[coupling-affine(hidden=8),permute(1,2,0)]", "full", nil, all),
    try KnownCase(
      4, "coupling-affine(hidden=8),permute(reverse),coupling-affine(hidden=8)", "partial", nil, all, ["too shallow"]),
    try KnownCase(
      4, "coupling-affine(hidden=8),coupling-affine(mask=alternate,hidden=8)", "partial", nil, no,
      [stay, "untransformed", open], untransformed: [1]),
    try KnownCase(2, "2*[coupling-affine(hidden=8),upper]", "full", nil, all),
    try KnownCase(2, "coupling-affine(hidden=8),lower", "triangular", nil, no, [stay, open], order: [0, 1]),
    try KnownCase(2, "4*[coupling-affine(hidden=8),leaky-relu,permute(reverse)]", "full", nil, all),
  ]
  for dimension in 2...6 {
    for mask in ["halves", "alternate"] {
      let layer = "coupling-affine(mask=\(mask),hidden=8)"
      // Reversal changes halves of even D; of odd D the middle one never conditions. Odd D maps the places of the
      // alternate mask onto themselves.
      let isEven = dimension % 2 == 0
      if isEven {
        cases.append(try KnownCase(dimension, "4*[\(layer),permute(reverse)]", "full", nil, all))
      } else if mask == "halves" {
        cases.append(try KnownCase(dimension, "6*[\(layer),permute(reverse)]", "partial", nil, no, [stay, open]))
      } else {
        let conditioning = Array(stride(from: 1, to: dimension, by: 2))
        let order = conditioning + stride(from: 0, to: dimension, by: 2)
        cases.append(
          try KnownCase(
            dimension, "6*[\(layer),permute(reverse)]", "triangular", nil, no,
            [unlike, "untransformed", open, "same mask"], untransformed: conditioning, order: order))
      }
    }
  }
  return cases
}

private func autoregressiveCases() throws -> [KnownCase] {
  [
    try KnownCase(1, "autoregressive-affine(hidden=8)", "none", "diagonal", "Gaussian", ["only affine"]),
    try KnownCase(1, "autoregressive-rqs(hidden=8)", "none", nil, all),
    try KnownCase(
      3, "autoregressive-affine(hidden=8)", "triangular", nil, no, ["affine conditionals"], order: [0, 1, 2]),
    try KnownCase(
      3, "inverse(autoregressive-affine(hidden=8))", "triangular", nil, no, ["affine conditionals"], order: [0, 1, 2]),
    try KnownCase(
      3, "2*[autoregressive-affine(hidden=8)]", "triangular", nil, no, ["affine conditionals", "same mask"],
      order: [0, 1, 2]),
    try KnownCase(
      3, "autoregressive-affine(hidden=8),permute(reverse),autoregressive-affine(hidden=8)", "full", nil, all),
    try KnownCase(3, "autoregressive-rqs(hidden=8)", "triangular", nil, all, order: [0, 1, 2]),
    try KnownCase(3, "2*[autoregressive-rqs(hidden=8),permute(reverse)]", "full", nil, all),
    try KnownCase(3, "autoregressive-affine(hidden=8),upper", "full", nil, all),
    try KnownCase(
      3, "autoregressive-affine(hidden=8),permute(reverse)", "triangular", nil, all, ["too shallow"], order: [0, 1, 2]),
  ]
}

/// Kinks and other nonlinear maps between them.
private func mixedCases() throws -> [KnownCase] {
  let convex = "convex conditionals"
  let apart = "independent coordinates"
  let search = "numeric inverse"
  return [
    try KnownCase(2, "8*[qr,leaky-relu]", "full", nil, all),
    try KnownCase(5, "qr,leaky-relu", "full", nil, all),
    try KnownCase(2, "4*[qr(determinant=-1),leaky-relu]", "full", nil, all),
    try KnownCase(1, "4*[qr,leaky-relu]", "none", nil, no, [convex]),
    try KnownCase(1, "4*[qr(determinant=-1),leaky-relu]", "none", nil, all),
    try KnownCase(3, "4*[lu,leaky-relu]", "full", nil, all),
    try KnownCase(3, "4*[plu,leaky-relu]", "full", nil, all, ["fixed permutation"]),
    try KnownCase(3, "4*[lower(signs=---),leaky-relu]", "triangular", nil, all, order: [0, 1, 2]),
    try KnownCase(3, "4*[lower(signs=-+-),leaky-relu]", "triangular", nil, no, [convex], order: [0, 1, 2]),
    try KnownCase(3, "4*[lower,prelu]", "triangular", nil, all, order: [0, 1, 2]),
    try KnownCase(1, "4*[lower,prelu]", "none", nil, all),
    try KnownCase(3, "4*[qr,smooth-leaky-relu]", "full", nil, all),
    try KnownCase(3, "4*[lower,smooth-leaky-relu]", "triangular", nil, all, order: [0, 1, 2]),
    try KnownCase(3, "4*[diagonal,prelu]", "none", nil, "independent", [apart]),
    try KnownCase(2, "4*[householder(1),leaky-relu]", "full", nil, no, ["homogeneous"]),
    try KnownCase(2, "4*[householder(2),shift,leaky-relu]", "full", nil, "unknown"),
    try KnownCase(3, "residual(hidden=8)", "full", nil, all, [search]),
    try KnownCase(1, "4*[residual(hidden=8)]", "none", nil, all, [search]),
    try KnownCase(3, "ode(hidden=8)", "full", nil, all),
    try KnownCase(1, "ode(hidden=8)", "none", nil, all),
    try KnownCase(3, "2*[residual(hidden=8)],ode(hidden=8)", "full", nil, all, [search]),
    try KnownCase(3, "4*[planar]", "full", nil, all, [search]),
    try KnownCase(2, "sylvester(2)", "full", nil, all, [search]),
    try KnownCase(3, "sylvester(1)", "full", nil, "unknown", [search]),
    try KnownCase(3, "2*[radial]", "full", nil, "unknown"),
    try KnownCase(3, "4*[residual(hidden=8),leaky-relu]", "full", nil, all, [search]),
    try KnownCase(3, "elementwise-rqs", "none", nil, "independent", [apart]),
    try KnownCase(3, "elementwise-sos", "none", nil, "independent", [apart, search]),
    try KnownCase(3, "2*[autoregressive-sos(hidden=8),permute(reverse)]", "full", nil, all, [search]).withUnknownTails,
    try KnownCase(3, "2*[autoregressive-bernstein(hidden=8),permute(reverse)]", "full", nil, all, [search])
      .withUnknownTails,
    try KnownCase(3, "elementwise-naf", "none", nil, "independent", [apart, search]),
    try KnownCase(3, "2*[autoregressive-naf(hidden=8),permute(reverse)]", "full", nil, all, [search]),
    try KnownCase(3, "4*[coupling-naf(hidden=8),permute(1,2,0)]", "full", nil, all, [search]),
    try KnownCase(3, "4*[coupling-sos(hidden=8),permute(1,2,0)]", "full", nil, all, [search]).withUnknownTails,
    try KnownCase(1, "elementwise-rqs", "none", nil, all),
    try KnownCase(3, "4*[elementwise-rqs,qr]", "full", nil, all),
    try KnownCase(3, "4*[elementwise-rqs,lower]", "triangular", nil, all, order: [0, 1, 2]),
  ]
}

/// All of them.
func knownCases() throws -> [KnownCase] {
  try affineCases() + kinkCases() + couplingCases() + autoregressiveCases() + groupCases() + mixedCases()
}
