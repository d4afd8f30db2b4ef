import FlowKit
import FlowKitTestSupport

/// A lawful coupling layer with one fault: what the laws must notice.
struct BrokenBijector: InvertiblyDifferentiable {
  enum Fault: String, CaseIterable, Codable, Sendable {
    case none, inverseOff, inverseLogDeterminantSign, logDeterminantScaled, plainValueRounded
    case inputGradientScaled, contextGradientMissing, oneParameterGradientMissing,
      logDeterminantCotangentIgnored
    case inverseLogDeterminantCotangentIgnored, adjointBent, gradientOverwritten, contextGradientOverwritten
    case neighbourSeen, placeSeen, infiniteFarOut
    case drawnAnew, drawnByPlace, drawnFactorForgotten
    case dependencyMissing, dependencyTooMany, signWrong, affineClaimed, tooManyInitialParameters,
      codingForgets
  }

  static let layerName = "broken"
  private let base = Coupling(
    dimension: 3, contextDimension: 2, map: AffineMap(), hidden: [4], activation: .tanh)
  let fault: Fault

  init(_ fault: Fault) { self.fault = fault }

  var dimension: Int { base.dimension }
  var contextDimension: Int { base.contextDimension }
  var parameterShapes: [ParameterShape] { base.parameterShapes }

  var structure: JacobianStructure {
    var structure = base.structure
    switch fault {
    case .dependencyMissing: structure.dependencies[2] = [2]
    case .dependencyTooMany: structure.dependencies[0] = [0, 1]
    case .signWrong: structure.diagonalSigns = [1, 1, -1]
    case .affineClaimed: structure.isAffine = true
    default: break
    }
    return structure
  }

  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    base.initialParameters(using: &random) + (fault == .tooManyInitialParameters ? [0] : [])
  }

  func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    var value = base.forward(spoiled(x), pass)
    if fault == .plainValueRounded { value.values[2, 0] = value.values[2, 0].nextUp }
    spoil(&value)
    return value
  }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    var (value, pullback) = base.forwardWithPullback(spoiled(x), pass)
    spoil(&value)
    let factors = factors(pass.random, like: value.values)
    value.values.multiply(by: factors)
    let spoiled = spoiled(pullback, ignoring: .logDeterminantCotangentIgnored)
    return (
      value,
      { [fault] values, logDeterminant, gradient in
        var values = values
        if fault != .drawnFactorForgotten { values.multiply(by: factors) }
        return spoiled(values, logDeterminant, &gradient)
      }
    )
  }

  func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    var (value, pullback) = try base.inverseWithPullback(z, pass)
    if fault == .inverseOff { value.values[1, 3] += 1e-3 }
    if fault == .inverseLogDeterminantSign {
      value.logDeterminant.perEvent!.add(value.logDeterminant.perEvent!, scaledBy: -2)
    }
    return (value, spoiled(pullback, ignoring: .inverseLogDeterminantCotangentIgnored))
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case fault }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try container.decode(Fault.self, forKey: .fault))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fault == .codingForgets ? .logDeterminantScaled : fault, forKey: .fault)
  }
}

// MARK: - The faults

extension BrokenBijector {
  /// By what a random number multiplies the last feature; 1 where the fault is another.
  private func factors(_ random: EventRandom?, like z: Tile) -> Tile {
    var factors = Tile(features: z.features, like: z, filledWith: 1)
    let draws: [Fault] = [.none, .drawnAnew, .drawnByPlace, .drawnFactorForgotten]
    guard let random, draws.contains(fault) else { return factors }
    for event in 0..<z.width {
      var stream = random.stream(of: event)
      if fault == .drawnByPlace { stream = RandomStream(seed: 1, purpose: .passes, index: UInt64(event)) }
      factors[2, event] = 1 + Scalar(fault == .drawnAnew ? Double.random(in: 0..<1) : stream.uniform())
    }
    return factors
  }

  private func spoiled(_ x: Tile) -> Tile {
    var x = x
    switch fault {
    case .neighbourSeen: x[2, 1] += x[2, 0] * 1e-3
    case .placeSeen: x[1, 5] += 1e-3
    case .infiniteFarOut: for event in 0..<x.width where abs(x[1, event]) > 9 { x[1, event] = .infinity }
    default: break
    }
    return x
  }

  private func spoil(_ value: inout Transformed) {
    guard fault == .logDeterminantScaled, let row = value.logDeterminant.perEvent else { return }
    value.logDeterminant.perEvent!.add(row, scaledBy: 1e-2)
  }

  private func spoiled(_ pullback: @escaping Pullback, ignoring ignored: Fault) -> Pullback {
    { [fault] values, logDeterminant, gradient in
      let before = (0..<gradient.count).map { gradient[$0] }
      if fault == .gradientOverwritten { for index in before.indices { gradient[index] = 0 } }
      if fault == .contextGradientOverwritten { gradient.context?.fill(0) }
      var slopes = logDeterminant
      if fault == ignored { slopes.fill(0) }
      let kept = gradient.context
      var x = pullback(values, slopes, &gradient)
      switch fault {
      case .inputGradientScaled: x.add(x, scaledBy: 1e-3)
      // Lawful for the values' and the log-determinant's cotangents alone.
      case .adjointBent where slopes[0, 0] != 0 && values[0, 0] != 0: x.add(x, scaledBy: 0.1)
      case .contextGradientMissing: gradient.context = kept
      case .oneParameterGradientMissing: gradient[7] = before[7]
      default: break
      }
      return x
    }
  }
}
