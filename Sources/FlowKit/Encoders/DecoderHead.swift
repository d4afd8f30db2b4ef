/// What a decoder's outputs say of an event: log p(x | z), and draws of x.
///
/// Densities and probabilities are of the data as they are: `normal` in their units, the others of whole numbers.
public struct DecoderHead: Parameterized, Equatable {
  public enum Kind: Sendable, Codable, Equatable {
    /// xⱼ ~ N(μⱼ(z), σ²), with a σ that all columns share in the unit of the metric, learned.
    case normal
    /// The same with a σ for each column.
    case normalColumns
    /// The same with a σ that is given, in the unit of the metric.
    case normalFixed(Double)
    /// xⱼ is 1 with the probability σ(lⱼ(z)), else 0.
    case bernoulli
    /// xⱼ is one of 0 … n − 1, with the probabilities softmax(lⱼ(z)).
    case categorical(Int)
    /// xⱼ is one of 0 … n − 1: a logistic variable of location μⱼ(z) and scale sⱼ(z), rounded, with what lies beyond the ends in these
    /// (Salimans et al. 2017, arXiv:1701.05517).
    case logistic(Int)
  }

  public let kind: Kind
  /// D.
  public let dimension: Int

  public init(_ kind: Kind, dimension: Int) {
    (self.kind, self.dimension) = (kind, dimension)
  }

  /// How many outputs of the decoder belong to a column.
  public var outputsPerColumn: Int {
    switch kind {
    case .normal, .normalColumns, .normalFixed, .bernoulli: 1
    case .categorical(let levels): levels
    case .logistic: 2
    }
  }

  /// The number of values that a column may have; nil where it may have any.
  public var levels: Int? {
    switch kind {
    case .normal, .normalColumns, .normalFixed: nil
    case .bernoulli: 2
    case .categorical(let levels), .logistic(let levels): levels
    }
  }

  /// log σ.
  public var parameterShapes: [ParameterShape] {
    switch kind {
    case .normal: [ParameterShape("log-scale", [1])]
    case .normalColumns: [ParameterShape("log-scale", [dimension])]
    case .normalFixed, .bernoulli, .categorical, .logistic: []
    }
  }

  /// log σ of a column.
  func logScale(_ column: Int, _ parameters: Parameters) -> Double {
    switch kind {
    case .normal: Double(parameters[0])
    case .normalColumns: Double(parameters[column])
    case .normalFixed(let deviation): Double.log(deviation)
    case .bernoulli, .categorical, .logistic: 0
    }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case kind, dimension, levels, deviation }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .kind)
    let levels = try container.decode(.levels, default: 2)
    let deviation = try container.decode(.deviation, default: 1.0)
    let kinds: [Kind] = [
      .normal, .normalColumns, .normalFixed(deviation), .bernoulli, .categorical(levels), .logistic(levels),
    ]
    guard let kind = kinds.first(where: { Self.name($0) == name }) else {
      throw FlowError(
        .format, "the decoder has a head '\(name)', which this program does not know: use a newer version")
    }
    let dimension = try container.decode(Int.self, forKey: .dimension)
    try DescriptionCheck.requireSize(dimension, "the decoder's head")
    try DescriptionCheck.require(
      2...65_536 ~= levels && deviation > 0 && deviation.isFinite, "the decoder's head has \(levels) levels")
    self.init(kind, dimension: dimension)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.name(kind), forKey: .kind)
    try container.encode(dimension, forKey: .dimension)
    switch kind {
    case .normal, .normalColumns, .bernoulli: break
    case .normalFixed(let deviation): try container.encode(deviation, forKey: .deviation)
    case .categorical(let levels), .logistic(let levels): try container.encode(levels, forKey: .levels)
    }
  }

  /// The kind in a word.
  public var name: String { Self.name(kind) }

  private static func name(_ kind: Kind) -> String {
    switch kind {
    case .normal: "normal"
    case .normalColumns: "normal-columns"
    case .normalFixed: "normal-fixed"
    case .bernoulli: "bernoulli"
    case .categorical: "categorical"
    case .logistic: "logistic"
    }
  }
}
