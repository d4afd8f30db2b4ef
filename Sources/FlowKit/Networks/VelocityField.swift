/// A velocity f(x, t; c) for every point and time: a multilayer perceptron h₀ = (x, c, waves of t), hₖ₊₁ = φ(Wₖ hₖ + bₖ), a last
/// layer without φ.
///
/// Time enters as cos πkt, sin πkt for k = 1, 2, 3. With smooth φ a network of t alone changes slowly over [0, 1], where a field has
/// to turn from the mean of the data to their details within a tenth of it; cos πt still tells all times of [0, 1] apart. Weights start
/// uniform in ±1/√(inputs), as biases do; the last layer starts at 0, so that a flow starts as its base.
public struct VelocityField: Sendable {
  /// D.
  public let dimension: Int
  /// C.
  public let context: Int
  public let hidden: [Int]
  public let activation: SmoothActivation
  let layers: [NetworkLayer]

  /// How many frequencies of t the network sees.
  static let frequencies = 3
  private static let waves = 2 * frequencies

  public init(dimension: Int, context: Int = 0, hidden: [Int], activation: SmoothActivation = .lipswish) {
    precondition(
      !hidden.isEmpty && hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    (self.dimension, self.context, self.hidden, self.activation) = (dimension, context, hidden, activation)
    layers = Perceptron.layers([dimension] + hidden + [dimension], context: context + Self.waves)
  }

  /// `weight0` (units × (D + C + 6), row-major), `bias0`, `weight1`, ….
  var parameterShapes: [ParameterShape] { layers.parameterShapes }

  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { layer in
      layer.isLast ? layer.initialParameters(within: 0, using: &random) : layer.initialParameters(using: &random)
    }
  }

  /// What the network sees beside x: the context and the waves of each event's time.
  ///
  /// - Parameter t: one row.
  func pass(at t: Tile, _ pass: Pass) -> Pass {
    Pass(pass.parameters, context: t.withTimeWaves(Self.frequencies, after: context > 0 ? pass.context : nil))
  }

  /// f, ready for its derivatives in x.
  ///
  /// - Parameter pass: of ``pass(at:_:)``.
  func tangents(at x: Tile, _ pass: Pass) -> TangentPass { TangentPass(layers, activation, at: x, pass) }

  /// f alone.
  func callAsFunction(_ x: Tile, _ pass: Pass) -> Tile {
    layers.values(at: x, activation, pass)
  }

  /// Runs what pulls back through the network; leaves to the caller's gradient what belongs to the context.
  func pullingBack<R>(_ gradient: inout Gradient, like x: Tile, _ body: (inout Gradient) -> R) -> R {
    let wanted = gradient.context.take()
    if wanted != nil && context > 0 {
      gradient.context = Tile(features: context + Self.waves, like: x, filledWith: 0)
    }
    let result = body(&gradient)
    let ofContext = gradient.context.take()?.rows(0..<context)
    gradient.context = wanted
    if let ofContext { gradient.context!.add(ofContext) }
    return result
  }
}

extension VelocityField: Codable {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let outputs = try constants.checkedOutputs()
    try DescriptionCheck.require(
      !constants.hidden.isEmpty && constants.inputs == outputs && outputs > 0,
      "a velocity of \(outputs) numbers for \(constants.inputs) features and widths \(constants.hidden) is none")
    self.init(
      dimension: outputs, context: constants.context, hidden: constants.hidden,
      activation: try constants.checkedActivation())
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: dimension, context: context, hidden: hidden, outputs: dimension, activation: activation.rawValue
    ).encode(to: encoder)
  }
}
