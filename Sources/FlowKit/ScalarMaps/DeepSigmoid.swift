internal import CFlowKernels

/// A deep sigmoidal map with K units: the logit of a mean of sigmoids, on all of ℝ.
///
///     y = (1 − ε) g(x) + εx,    g(x) = σ⁻¹(Σₖ pₖ σ(zₖ)),    zₖ = aₖx + bₖ,    p = softmax(w),    ε = 10⁻³
///     dy/dx = (1 − ε) Σₖ aₖ pₖ σ′(zₖ) / (S(1 − S)) + ε,    S = Σₖ pₖ σ(zₖ)
///
/// φ holds, per feature, for each unit wₖ, the logarithm of aₖ before its soft bound, aₖ = exp(s / (1 + |s| / log 1000)), and bₖ less its
/// start, evenly from 2 to −2, by which the units differ when training starts: φ = 0 is near the identity. g is the paper's formula and
/// needs no interval: min zₖ ≤ g ≤ max zₖ, so that it is increasing onto ℝ, and sums of logarithms compute it to a few ulp of |y| + |w| + |b|
/// however large x is. Its **tails** are asymptotically affine with the slope min aₖ on both sides. Between units that lie far apart g can
/// be as flat as exp(−a · distance); εx keeps every slope in [10⁻³, 1000] and the inverse conditioned. The inverse is a search to
/// rounding between the places where the lines zₖ take its value; its derivative follows from that of the map. Sums of sigmoids approximate every
/// increasing map as K grows. Depth comes from repeating layers. Source: Huang, Krueger, Lacoste & Courville, "Neural autoregressive flows" (ICML
/// 2018), section 3.1, equation 8. Layer lists: `coupling-naf(units=8,hidden=64x64)`, `autoregressive-naf`, `elementwise-naf`.
public struct DeepSigmoid: KernelScalarMap {
  public static let name = "naf"
  /// K, from 1 to 32.
  public let units: Int

  private enum CodingKeys: CodingKey { case units }

  public init(units: Int = 8) {
    precondition(1...32 ~= units, "a deep sigmoidal map has 1 to 32 units, got \(units)")
    self.units = units
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(1...32 ~= units, "a deep sigmoidal map has \(units) units")
  }

  public var parameterCount: Int { 3 * units }
  public var family: ScalarFamily { .monotone }
  public var isInvertedBySearch: Bool { true }
  public var layerListArguments: [String] { ["units=\(units)"] }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_naf_inverse(x, φ, x, l, rows, events, units)
        : flowkit_naf_forward(x, φ, x, l, rows, events, units)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_naf_inverse_pullback(d, dl, x, φ, rows, events, units)
        : flowkit_naf_forward_pullback(d, dl, x, φ, rows, events, units)
    }
  }
}

extension DeepSigmoid: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> DeepSigmoid {
    DeepSigmoid(
      units: Int(
        try arguments.number("units", default: 8, "a whole number from 1 to 32") {
          1...32 ~= $0 && $0 == $0.rounded()
        }))
  }
}
