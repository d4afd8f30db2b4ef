/// Where the generated density lies, how far the generative map stretches, and how fast the density falls.
public struct Support: Sendable, Equatable {
  public enum Tails: String, Sendable {
    /// Every coordinate has a moment-generating function.
    case light
    /// Some coordinate has none.
    case heavy
    case unknown
  }

  /// Whether every point of ℝᴰ can be generated.
  public let imageIsEverything: Bool
  /// A bound on the Lipschitz constant of the generative map that holds for every θ, where there is one.
  public let lipschitz: Double?
  public let tails: Tails
  /// Of each coordinate of x.
  public let tailsByFeature: [Tails]

  init(_ layers: [DeclaredLayer], _ mixing: Mixing, _ base: BaseTraits, preprocessing: [any Preprocessing]) {
    let domain = layers.flatMap(\.bijector.domain) + preprocessing.flatMap(\.domain)
    imageIsEverything = base.fillsSpace && domain.allSatisfy { $0 == .real }
    var bound: Double? = 1
    for layer in layers { bound = bound.flatMap { bound in layer.traits.lipschitz.inverse.map { bound * $0 } } }
    lipschitz = bound
    let growsLinearly =
      layers.allSatisfy { $0.traits.growsLinearly }
      && preprocessing.allSatisfy { $0.structure.isAffine || $0.traits.growsLinearly }
    let isAffine = layers.allSatisfy { $0.structure.isAffine }
    let generative = mixing.kind == .full ? mixing.matrix : mixing.matrix.inverted
    tailsByFeature = (0..<mixing.matrix.size).map { feature in
      guard growsLinearly else { return .unknown }
      let sources = generative.columns(ofRow: feature).map { base.isHeavy[$0] }
      // |xᵢ| ≤ C (1 + |z|) over the z that it depends on.
      if sources.allSatisfy({ $0 == false }) { return .light }
      // A sum of independent terms with a heavy one among them, or a bent copy of one heavy coordinate.
      let isCopy = sources.count == 1 && sources[0] == true
      return isCopy || (isAffine && base.isIndependent == true && sources.contains(true)) ? .heavy : .unknown
    }
    if tailsByFeature.allSatisfy({ $0 == .light }) {
      tails = .light
    } else if tailsByFeature.contains(.heavy) || (growsLinearly && base.isHeavy.contains(true)) {
      // |z| ≤ C (1 + |x|): x is as heavy as z in at least one coordinate.
      tails = .heavy
    } else {
      tails = .unknown
    }
  }

  /// The probability that must lie between two halves of the density at this distance, for a normal base: Gaussian
  /// isoperimetry (Borell 1975; Sudakov & Tsirelson 1974) gives 2Φ(d / 2L) − 1.
  public func leastMassBetweenHalves(distance: Double) -> Double? {
    lipschitz.map { Double.errorFunction(distance / (2 * $0) / 2.squareRoot()) }
  }
}
