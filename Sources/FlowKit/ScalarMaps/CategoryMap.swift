internal import CFlowKernels

/// The probabilities of K categories as an increasing map: v = k + u, u in [0, 1), becomes y = p₀ + … + pₖ₋₁ + u pₖ, p = softmax(φ).
///
/// log|dy/dv| = log pₖ, whatever u is: with a base that is uniform on (0, 1) it is the log-probability of k, exactly. Probabilities below
/// about e⁻⁸⁷ in Float, e⁻⁷⁰⁸ in Double are 0. Layer list: `autoregressive-categories(hidden=64x64)`, which maps the features that are
/// categories (``FeatureKind``), each given those before it, and with which a fit to such columns ends.
public struct CategoryMap: ScalarMap {
  public static let name = "categories"
  /// K, from 2 to 64.
  public let count: Int

  private enum CodingKeys: CodingKey { case count }

  public init(count: Int) {
    precondition(FeatureKind.counts ~= count, "2 to 64 categories, got \(count)")
    self.count = count
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(FeatureKind.counts ~= count, "a feature has \(count) categories")
  }

  public var parameterCount: Int { count }
  public var domain: Interval { FeatureKind.categories(count).domain }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    mapped(x, φ) { flowkit_categories_forward($0, $1, $0, $2, $3, $4, count) }
  }

  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    mapped(y, φ) { flowkit_categories_inverse($0, $1, $0, $2, $3, $4, count) }
  }

  private func mapped(
    _ x: consuming Tile, _ φ: Tile,
    by kernel: (
      UnsafeMutablePointer<Scalar>, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>, Int, Int
    ) -> Void
  ) -> Transformed {
    var result = x
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    result.apply(φ, count, addingTo: &logDeterminant, by: kernel)
    return Transformed(result, LogDeterminant(perEvent: logDeterminant))
  }

  public func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let (input, parameters) = (x, φ)
    return (
      forward(input, parameters),
      { values, logDeterminant in
        var (input̄, φ̄) = (values, parameters)
        input̄.pullBackMap(at: input, logDeterminant, &φ̄, count) {
          flowkit_categories_pullback($0, $1, $2, $3, $4, $5, count)
        }
        return (input̄, φ̄)
      }
    )
  }
}

extension CategoryMap: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> CategoryMap {
    let counts = (arguments.kinds ?? []).compactMap { if case .categories(let count) = $0 { count } else { nil } }
    guard let most = counts.max() else {
      throw FlowError(
        .architecture,
        "\(arguments.layerName) maps features that are categories, but none reaches it: a layer before it mixes them with others, such "
          + "as lu, or none was declared", fix: .correct(.categories))
    }
    return CategoryMap(count: most)
  }
}
