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
      layers: "12*[coupling-affine(bound=2,hidden=128x128),permute(random)]"),
    Recipe(
      name: "maf", summary: "masked autoregressive flow (Papamakarios et al. 2017)",
      layers: "8*[autoregressive-affine(hidden=128x128),permute(random)]"),
    Recipe(
      name: "nsf", summary: "rational-quadratic spline couplings (Durkan et al. 2019)",
      layers: "8*[coupling-rqs(bins=8,bound=5,hidden=128x128),permute(random)]"),
    Recipe(
      name: "nsf-ar", summary: "autoregressive rational-quadratic splines (Durkan et al. 2019)",
      layers: "5*[autoregressive-rqs(bins=8,bound=5,hidden=128x128),permute(random)]"),
    Recipe(
      name: "qr-leaky", summary: "linear maps between smooth leaky rectifiers, without networks",
      layers: "32*[qr,smooth-leaky-relu],qr"),
    Recipe(
      name: "residual", summary: "invertible residual layers (Behrmann et al. 2019; Chen et al. 2019)",
      layers: "8*[residual(hidden=64x64,lipschitz=0.9),diagonal]"),
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
