internal import CFlowKernels

/// A leaky rectifier without a kink: slope α below, slope 1 above, and a smooth join of width h between them.
///
///     y = α x + (1 − α) ψ(x),    dy/dx = α + (1 − α) ψ′(x)
///
/// With `join=quadratic` ψ = h u² + max(x − h, 0), u = clamp((x + h)/2h, 0, 1): outside [−h, h] the leaky ReLU itself, and once
/// continuously differentiable. With `join=root` ψ = (x + √(x² + h²))/2, infinitely often. φ holds a and b, from which follow α = 0.9
/// exp s(3a) and h = h₀ exp s(3b) with s(v) = v/(1 + |v|/log 1000), h₀ = 0.3 or, for the root, 0.1: α may be below 1 or above, and
/// both are above 0. The inverse is closed. Layer lists: `smooth-leaky-relu`, `smooth-leaky-relu(join=root)`,
/// `coupling-smooth-leaky-relu(hidden=…)`.
///
/// The log-determinant of a kink is piecewise constant, so that its derivative misses what is paid where events cross it: training
/// estimates that for ``LeakyReLU``. A smooth join has no such boundary, its derivatives are those of the loss, and the density
/// has no jumps: stacks of it come nearer to smooth densities.
public struct SmoothLeakyReLU: KernelScalarMap {
  public static let name = "smooth-leaky-relu"
  public static var elementwiseName: String { name }

  /// How the two slopes are joined.
  public enum Join: String, Sendable, Codable, CaseIterable {
    case quadratic, root
  }

  public let join: Join

  private enum CodingKeys: CodingKey { case join }

  public init(join: Join = .quadratic) { self.join = join }

  public var parameterCount: Int { 2 }
  public var family: ScalarFamily { .bend }
  public var layerListArguments: [String] { join == .quadratic ? [] : ["join=\(join.rawValue)"] }

  /// log h₀.
  private var logWidth: Scalar { Scalar(Double.log(join == .quadratic ? 0.3 : 0.1)) }
  private var isRoot: Int32 { join == .root ? 1 : 0 }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_bend_inverse(x, φ, x, l, rows, events, logWidth, isRoot)
        : flowkit_bend_forward(x, φ, x, l, rows, events, logWidth, isRoot)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_bend_inverse_pullback(d, dl, x, φ, rows, events, logWidth, isRoot)
        : flowkit_bend_forward_pullback(d, dl, x, φ, rows, events, logWidth, isRoot)
    }
  }
}

extension SmoothLeakyReLU: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> SmoothLeakyReLU {
    SmoothLeakyReLU(
      join: try arguments.choice("join", default: .quadratic, from: Join.allCases.map { ($0.rawValue, $0) }))
  }
}
