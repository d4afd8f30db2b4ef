internal import CFlowKernels

/// An increasing Bernstein polynomial of degree M on [−B, B], which goes on affinely on all of ℝ.
///
///     y = c + 2B/M Σᵢ σᵢ bᵢ,ᴹ(t) + D(t)(x − v),    dy/dx = D(t) = Σᵢ kᵢ bᵢ,ᴹ⁻¹(t),    v = clamp(x, −B, B),    t = (v + B)/2B
///
/// bᵢ,ᴹ = C(M, i) tⁱ(1 − t)ᴹ⁻ⁱ; σᵢ = k₀ + … + kᵢ₋₁ less half the sum of all k, so that the coefficients increase. φ holds, per feature, c and
/// M − 2 logits of the slopes k₁ … k_(M−2), k = 10⁻³ + softplus, shifted so that φ = 0 is the identity. k₀ = k₁ and k_(M−1) = k_(M−2): at the
/// borders the second derivative is 0, and the **tails** go on with the border's slope, so that the map is twice continuously differentiable on
/// ℝ; the tails of a density are those of the base, stretched. **Errors**: D is a mean of the kᵢ, without cancellation; y is right to a few ulp
/// of |c| + B max k. The inverse is a bracketed search to rounding: x misses by a few ulp of B + |y| / D. Its derivative follows from that of
/// the map. Every increasing map is approximated on [−B, B] as M grows; a layer that only stretches leads any bounded set there.
/// Sources: Sick, Hothorn & Dürr, "Deep transformation models" (ICPR 2020), section III; Ramasinghe, Fernando, Khan & Barnes, "Robust
/// normalizing flows using Bernstein-type polynomials" (2021), section 3; smooth borders and increments as in zuko's `BernsteinTransform`.
/// Layer lists: `coupling-bernstein(degree=16,bound=5,hidden=64x64)`, `autoregressive-bernstein`, `elementwise-bernstein`.
public struct BernsteinPolynomial: KernelScalarMap {
  public static let name = "bernstein"
  /// M, from 4 to 32.
  public let degree: Int
  /// B, in standardized units.
  public let bound: Double

  private enum CodingKeys: CodingKey { case degree, bound }

  public init(degree: Int = 16, bound: Double = 5) {
    precondition(4...32 ~= degree, "a Bernstein polynomial has a degree from 4 to 32, got \(degree)")
    precondition(bound > 0 && bound.isFinite, "an interval has a finite bound above 0, got \(bound)")
    (self.degree, self.bound) = (degree, bound)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      4...32 ~= degree && bound > 0 && bound.isFinite,
      "a Bernstein polynomial has the degree \(degree) and the bound \(bound)")
  }

  public var parameterCount: Int { degree - 1 }
  public var family: ScalarFamily { .monotone }
  public var affineBeyond: Double? { bound }
  public var hasBoundedSlopes: Bool { false }
  public var isInvertedBySearch: Bool { true }
  public var layerListArguments: [String] { ["degree=\(degree)", "bound=\(bound)"] }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    let (degree, B) = (degree, Scalar(bound))
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_bernstein_inverse(x, φ, x, l, rows, events, degree, B)
        : flowkit_bernstein_forward(x, φ, x, l, rows, events, degree, B)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    let (degree, B) = (degree, Scalar(bound))
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_bernstein_inverse_pullback(d, dl, x, φ, rows, events, degree, B)
        : flowkit_bernstein_forward_pullback(d, dl, x, φ, rows, events, degree, B)
    }
  }
}

extension BernsteinPolynomial: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> BernsteinPolynomial {
    BernsteinPolynomial(
      degree: Int(
        try arguments.number("degree", default: 16, "a whole number from 4 to 32") {
          4...32 ~= $0 && $0 == $0.rounded()
        }),
      bound: try arguments.number("bound", default: 5, "a number above 0") { $0 > 0 })
  }
}
