/// A named way to make an architecture that is a good default for its kind of data.
public struct Recipe: Sendable {
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// The chain as a layer list.
  public let layers: String

  private init(name: String, summary: String, layers: String) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }

  /// One line adds a recipe.
  public static let all = [
    Recipe(
      name: "realnvp", summary: "affine coupling layers (Dinh et al. 2017)",
      layers: "12*[coupling-affine(hidden=128x128),permute(random)]")
  ]

  /// The recipe called `name`.
  public init(named name: String) throws(FlowError) {
    guard let recipe = Self.all.first(where: { $0.name == name }) else {
      throw FlowError(
        .architecture, "unknown recipe '\(name)': the recipes are \(Self.all.map(\.name).joined(separator: ", "))")
    }
    self = recipe
  }
}

extension Architecture {
  /// An architecture for the events of `data`: standardized by their statistics, then the layers of a list.
  ///
  /// - Parameter seed: draws what is random in the layers.
  /// - Throws: where the list describes no chain for these dimensions, or the data have no density.
  public init(
    fitting data: EventSet, layers: String, base: String = StandardNormal.name,
    registry: LayerRegistry = .standard, seed: UInt64
  ) throws(FlowError) {
    let statistics = ColumnStatistics(data.events.events, columns: data.columns, weights: data.events.weights)
    let standardize = try statistics.standardization()
    try statistics.checkDensityExists()
    var contextPreprocessing: [any Preprocessing] = []
    if !data.contextColumns.isEmpty {
      contextPreprocessing = [
        try ColumnStatistics(data.events.context, columns: data.contextColumns, weights: data.events.weights)
          .standardization()
      ]
    }
    var random = RandomStream(seed: seed, purpose: .architecture)
    self.init(
      chain: try LayerList(layers).chain(
        dimension: data.columns.count, contextDimension: data.contextColumns.count, registry: registry,
        using: &random),
      base: try BaseRegistry.make(base, dimension: data.columns.count), preprocessing: [standardize],
      contextPreprocessing: contextPreprocessing)
  }
}
