internal import CFlowKernels

/// The integral of a sum of squared polynomials, increasing on all of ℝ.
///
///     y = c + B ∫₀ᵗ D(u) du + D(t) (x − Bt),    D(u) = 10⁻³ + 1/K Σₖ pₖ(u)²,    dy/dx = D(t),    t = clamp(x/B, −1, 1)
///
/// pₖ = 1 + δₖu + Σₗ aₖₗuˡ has degree L. φ holds, per feature, a₀₀ … a₀_L, a₁₀, …, and c. δₖ, evenly from −½ to ½, tells the polynomials
/// apart where training starts; there dy/dx is 1 + 10⁻³ + u²/6 for K = 3. **Tails**: beyond [−B, B] the map goes on with the slope
/// that it has at the border, so that dy/dx is continuous and in ℝ nothing outgrows its type as the polynomial itself would; the tails of a
/// density are those of the base, stretched. **Errors**: the integral is the Gauss–Legendre sum of L + 1 nodes, exact for D and without
/// cancellation, so that y is right to a few ulp of |c| + B max D. The inverse is a bracketed search to rounding: x misses by a few ulp of
/// B + |y| / D. Its derivative follows from that of the map. Every increasing map is approximated on [−B, B] as L grows, two squares being
/// enough; a layer that only stretches leads any bounded set there.
/// Source: Jaini, Selby & Yu, "Sum-of-Squares Polynomial Flow" (ICML 2019), section 4; with B = 10 and aₖ₁ + δₖ in place of aₖ₁ the
/// polynomials of zuko's `SOSPolynomialTransform`. Layer lists: `coupling-sos(degree=4,polynomials=3,bound=5,hidden=64x64)`,
/// `autoregressive-sos`, `elementwise-sos`.
public struct SumOfSquares: KernelScalarMap {
  public static let name = "sos"
  /// L, from 1 to 8.
  public let degree: Int
  /// K, from 1 to 8.
  public let polynomials: Int
  /// B, in standardized units.
  public let bound: Double

  private enum CodingKeys: CodingKey { case degree, polynomials, bound }

  public init(degree: Int = 4, polynomials: Int = 3, bound: Double = 5) {
    precondition(1...8 ~= degree, "a polynomial has a degree from 1 to 8, got \(degree)")
    precondition(1...8 ~= polynomials, "1 to 8 polynomials are squared, got \(polynomials)")
    precondition(bound > 0 && bound.isFinite, "an interval has a finite bound above 0, got \(bound)")
    (self.degree, self.polynomials, self.bound) = (degree, polynomials, bound)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      1...8 ~= degree && 1...8 ~= polynomials && bound > 0 && bound.isFinite,
      "a sum of squares has \(polynomials) polynomials of degree \(degree) and the bound \(bound)")
  }

  public var parameterCount: Int { (degree + 1) * polynomials + 1 }
  public var family: ScalarFamily { .monotone }
  public var affineBeyond: Double? { bound }
  public var hasBoundedSlopes: Bool { false }
  public var isInvertedBySearch: Bool { true }
  public var layerListArguments: [String] { ["degree=\(degree)", "polynomials=\(polynomials)", "bound=\(bound)"] }

  /// Nodes, then weights, for each degree from 1.
  private static let rules: [[Scalar]] = (1...8).map { degree in
    let rule = GaussLegendre(count: degree + 1)
    return (rule.nodes + rule.weights).map { Scalar($0) }
  }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    let (B, rule) = (Scalar(bound), Self.rules[degree - 1])
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_sos_inverse(x, φ, x, l, rows, events, degree, polynomials, B, rule)
        : flowkit_sos_forward(x, φ, x, l, rows, events, degree, polynomials, B, rule)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    let (B, rule) = (Scalar(bound), Self.rules[degree - 1])
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_sos_inverse_pullback(d, dl, x, φ, rows, events, degree, polynomials, B, rule)
        : flowkit_sos_forward_pullback(d, dl, x, φ, rows, events, degree, polynomials, B, rule)
    }
  }
}

extension SumOfSquares: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> SumOfSquares {
    func count(_ key: String, default: Double) throws(FlowError) -> Int {
      Int(
        try arguments.number(key, default: `default`, "a whole number from 1 to 8") {
          1...8 ~= $0 && $0 == $0.rounded()
        })
    }
    return SumOfSquares(
      degree: try count("degree", default: 4), polynomials: try count("polynomials", default: 3),
      bound: try arguments.number("bound", default: 5, "a number above 0") { $0 > 0 })
  }
}
