/// Normal noise on the preprocessed events and contexts of training steps, in standard deviations of each column: it smooths what a
/// flow can learn from few events by heart (Rothfuss et al. 2019, arXiv:1907.08982). Labels stay as they are. It falls along a line, to 0
/// when three quarters of the training are over.
public enum TrainingNoise: Sendable, Equatable, Codable, CustomStringConvertible {
  /// n^(−1/(4 + d)) at the start, with n events and d columns of events and context: the width of a normal-reference kernel
  /// estimate, up to a constant near 1.
  case rule
  /// So many standard deviations at the start; 0 for no noise.
  case deviations(Double)

  /// The part of the training after which events are shown as they are.
  static let end = 0.75

  /// - Parameter text: `rule` or a number from 0 on.
  public init(_ text: String) throws(FlowError) {
    guard text != "rule" else {
      self = .rule
      return
    }
    guard let value = Double(text), value >= 0, value.isFinite else {
      throw FlowError(
        .architecture, "the noise is 'rule' or a number of standard deviations, 0 for none, got '\(text)'")
    }
    self = .deviations(value)
  }

  /// As texts give it.
  public var description: String {
    switch self {
    case .rule: "rule"
    case .deviations(let value): "\(value)"
    }
  }

  /// σ at the start, in standard deviations of a column.
  public func start(events: Int, columns: Int) -> Double {
    switch self {
    case .rule: Double.pow(Double(events), -1 / Double(4 + columns))
    case .deviations(let value): value
    }
  }

  /// The part of it that is left at `progress`, from 0 to 1.
  static func share(at progress: Double) -> Double { max(0, 1 - progress / end) }

  // MARK: Coding

  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
