/// The prior p(z) of a variational encoder's latents. All but the normal one are trained with the encoder.
public enum LatentPrior: Sendable, Equatable {
  /// N(0, I).
  case normal
  /// A base that is a mixture of K densities, each with a weight, means and scales of its own, as a text names it: `mixture(8)` of normal
  /// densities (``GaussianMixture``), `t-mixture(8)` of Student t densities (``StudentTMixture``).
  case mixture(String)
  /// A flow of layers and a base.
  case flow

  private static let mixtures = [GaussianMixture.name, StudentTMixture.name]

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    guard let argument = arguments.take("prior", positional: false), argument.value != "normal" else {
      self = .normal
      return
    }
    guard argument.value != "flow" else {
      self = .flow
      return
    }
    guard Self.mixtures.contains(String(argument.value.prefix { $0 != "(" })) else {
      throw arguments.error(
        argument, "prior takes normal, flow, or one of \(Self.mixtures.map { "\($0)(K)" }.joined(separator: ", "))")
    }
    self = .mixture(try arguments.registry.base(argument.value, dimension: 1).text)
  }

  /// As `prior=` of an objective writes it.
  public var text: String {
    switch self {
    case .normal: "normal"
    case .mixture(let base): base
    case .flow: "flow"
    }
  }
}
