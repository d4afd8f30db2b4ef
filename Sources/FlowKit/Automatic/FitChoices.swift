/// What a caller decides about an automatic fit; everything that is nil is chosen from the data.
public struct FitChoices: Sendable {
  /// How long a fit looks for a better one.
  public enum Effort: String, Sendable, CaseIterable {
    case quick, standard, thorough

    /// The limit.
    public var minutes: Double {
      switch self {
      case .quick: 1
      case .standard: 10
      case .thorough: 60
      }
    }
  }

  /// The architecture as a layer list.
  public var layers: String?
  public var base = StandardNormal.name
  public var contextEmbedding: String?
  /// What is declared of columns: bounds, periods, whole numbers. Its scaling counts where `scaling` says so.
  public var preprocessing = PreprocessingOptions()
  /// Whether `preprocessing` says how columns are scaled; otherwise that is chosen.
  public var isScalingGiven = false
  public var batchSize: Int?
  public var learningRate: Double?
  /// The number of flows whose densities are averaged.
  public var members: Int?
  /// Whether the flows are fitted again, to training and validation events, with the number of epochs that was chosen.
  public var refits = false
  /// The weight of a ``BroadComponent``; 0 for none.
  public var broad: Double?
  public var effort = Effort.standard
  /// The limit in place of that of the effort: then the time that a machine takes decides how much is trained.
  public var minutes: Double?
  /// Memory for training events, in bytes.
  public var buffer = EventSet.defaultBuffer
  /// Decides everything random.
  public var seed: UInt64 = 0

  public init() {}

  var limitInSeconds: Double { 60 * (minutes ?? effort.minutes) }
}
