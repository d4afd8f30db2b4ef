/// A result that a claim of universality rests on.
public enum Theorem: Sendable, Equatable, CaseIterable {
  case triangular, triangularStack, affineCouplings, splineCouplings, leakyReLU, smallSteps, continuousFlow

  /// The statement, as far as it concerns the pattern at hand.
  public var statement: String {
    switch self {
    case .triangular:
      "every density is that of a triangular increasing map of the base (Knothe-Rosenblatt), and one layer approximates "
        + "all of these"
    case .triangularStack:
      "every density is that of a triangular increasing map of the base (Knothe-Rosenblatt), and each conditional map "
        + "can be bent both ways, as often as the stack is repeated"
    case .affineCouplings:
      "affine couplings in which every variable conditions every other, directly or over others, approximate every "
        + "diffeomorphism on compact sets"
    case .splineCouplings:
      "couplings with universal increasing maps in which the variables condition each other in a complete order "
        + "approximate every diffeomorphism on compact sets"
    case .leakyReLU:
      "invertible linear layers and leaky ReLUs of width D >= 2 approximate every diffeomorphism in the mean on compact "
        + "sets"
    case .smallSteps:
      "small steps x + g(x) follow any vector field, so that deep stacks approximate every diffeomorphism isotopic to "
        + "the identity on compact sets; not others, such as x -> -x for odd D, which no density needs"
    case .continuousFlow:
      "the flow of one field f(x, t) approximates, as its network grows, every diffeomorphism isotopic to the identity on "
        + "compact sets; paths never cross, so that others, such as x -> -x for odd D, are out of reach, which no density needs"
    }
  }

  public var source: String {
    switch self {
    case .triangular, .triangularStack:
      "Bogachev, Kolesnikov & Medvedev 2005; Huang et al. 2018 (arXiv:1804.00779); Jaini, Selby & Yu 2019 "
        + "(arXiv:1905.02325)"
    case .affineCouplings:
      "Teshima et al. 2020 (arXiv:2006.11469); Koehler, Mehta & Risteski 2021 (arXiv:2010.01155); Draxler et "
        + "al. 2024 (arXiv:2402.06578)"
    case .splineCouplings: "Teshima et al. 2020 (arXiv:2006.11469); Durkan et al. 2019 (arXiv:1906.04032)"
    case .leakyReLU: "Rochau, Chan & Gottschalk 2024 (arXiv:2411.08735); Duan, Ji & Cai 2023 (arXiv:2305.18460)"
    case .smallSteps:
      "Teshima et al. 2020b (arXiv:2012.02414); Zhang et al. 2020 (arXiv:1907.12998); Kong & Chaudhuri 2020 "
        + "(arXiv:2006.00392) on the depth that planar flows need"
    case .continuousFlow:
      "Teshima et al. 2020b (arXiv:2012.02414); Dupont, Doucet & Teh 2019 (arXiv:1904.01681) on what does not cross; Zhang et al. "
        + "2020 (arXiv:1907.12998)"
    }
  }

  /// In which sense, and under which assumptions.
  public var sense: String {
    "dense for convergence in distribution as repeats, widths and bins grow; densities on R^D"
  }
}
