/// A piecewise linear function f of one value that tells two distributions apart: h₀ = x, hₖ₊₁ = φ(Ŵₖ hₖ + bₖ), a last layer
/// without φ.
///
/// With orthonormal weights |f(x) − f(y)| ≤ |x − y| for every θ: each Ŵ has orthonormal columns or rows (``Orthonormalization``), and φ
/// does not stretch. If φ sorts groups of units, such networks come as near to any 1-Lipschitz function as wanted on bounded sets;
/// with max(0, a) they do not even reach |x| (Anil, Lucas & Grosse, "Sorting out Lipschitz function approximation", ICML 2019).
public struct CriticNetwork: Parameterized {
  /// What Ŵ is.
  public enum Weights: Sendable, Codable, Equatable {
    /// W itself.
    case free
    /// The matrix nearest to W with orthonormal columns, or rows where these are fewer.
    case orthonormal
    /// W with entries cut to ± the value (Arjovsky, Chintala & Bottou 2017). The gradient of an entry beyond passes where it leads
    /// back.
    case clipped(Double)
  }

  public let inputs: Int
  public let hidden: [Int]
  /// How many units are sorted together, a divisor of each width: 2 is MaxMin. 0 for max(0, a).
  public let group: Int
  public let weights: Weights
  let layers: [NetworkLayer]

  public init(inputs: Int, hidden: [Int], group: Int = 2, weights: Weights = .orthonormal) {
    precondition(
      !hidden.isEmpty && group >= 0 && hidden.allSatisfy { $0 > 0 && (group == 0 || $0 % group == 0) },
      "hidden layers of whole groups of \(group) units, got \(hidden)")
    (self.inputs, self.hidden, self.group, self.weights) = (inputs, hidden, group, weights)
    layers = Perceptron.layers([inputs] + hidden + [1], context: 0)
  }

  public var parameterShapes: [ParameterShape] { layers.parameterShapes }

  /// Uniform in ±1/√(inputs), made orthonormal where weights are to be.
  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let drawn = layers.flatMap { $0.initialParameters(using: &random) }
    guard weights == .orthonormal else { return drawn }
    let prepared = prepared(Parameters(drawn))
    return (0..<prepared.count).map { prepared[$0] }
  }

  // MARK: Preparation

  public var preparedCount: Int? { weights == .free ? nil : parameterCount }

  private func orthonormalization(_ layer: NetworkLayer, _ parameters: Parameters) -> Orthonormalization {
    Orthonormalization(layer.weight.map { Double(parameters[$0]) }, rows: layer.rows, columns: layer.columns)
  }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for index in 0..<parameterCount { prepared[index] = parameters[index] }
    for layer in layers {
      switch weights {
      case .free: break
      case .orthonormal:
        for (index, value) in zip(layer.weight, orthonormalization(layer, parameters).result) {
          prepared[index] = Scalar(value)
        }
      case .clipped(let limit):
        for index in layer.weight { prepared[index] = min(max(prepared[index], Scalar(-limit)), Scalar(limit)) }
      }
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for layer in layers {
      for index in layer.bias { gradient[index] += preparedGradient[index] }
      switch weights {
      case .free:
        for index in layer.weight { gradient[index] += preparedGradient[index] }
      case .orthonormal:
        let cotangent = layer.weight.map { Double(preparedGradient[$0]) }
        for (index, value) in zip(layer.weight, orthonormalization(layer, parameters).pullBack(cotangent)) {
          gradient[index] += Scalar(value)
        }
      case .clipped:
        // A descent goes against the gradient.
        for index in layer.weight where (parameters[index] - prepared[index]) * preparedGradient[index] >= 0 {
          gradient[index] += preparedGradient[index]
        }
      }
    }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case inputs, hidden, group, weights }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let (inputs, hidden, group) = (
      try container.decode(Int.self, forKey: .inputs), try container.decode([Int].self, forKey: .hidden),
      try container.decode(Int.self, forKey: .group)
    )
    try DescriptionCheck.require(
      inputs > 0 && !hidden.isEmpty && group >= 0 && hidden.allSatisfy { $0 > 0 && (group == 0 || $0 % group == 0) },
      "a critic of \(inputs) inputs, widths \(hidden) and groups of \(group) is none")
    self.init(
      inputs: inputs, hidden: hidden, group: group, weights: try container.decode(Weights.self, forKey: .weights))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(hidden, forKey: .hidden)
    try container.encode(group, forKey: .group)
    try container.encode(weights, forKey: .weights)
  }
}
