/// The triplet loss as `--objective` writes it: `triplet(label=digit,margin=0.2,distance=cosine,mining=all)`; with `flow=conditional` the
/// flow on the latents is p(z | label). In place of a column of labels `triplets=t.h5:/path` names triplets that are given.
public struct TripletCriterion: EncoderCriterion {
  public static let name = "triplet"
  /// Which triplets there are.
  public enum Source: Sendable, Equatable {
    /// Those that a column of labels makes of each batch.
    case label(String)
    /// Those that are given, called by a name such as their file, which is all that a text says of them: an objective without the triplets
    /// cannot be made.
    case rows(named: String, RowTriplets?)
  }

  public var source: Source
  public let triplets: TripletLoss
  public let conditionsFlow: Bool

  public init(label: String, _ triplets: TripletLoss = TripletLoss(), conditionsFlow: Bool = false) {
    (source, self.triplets, self.conditionsFlow) = (.label(label), triplets, conditionsFlow)
  }

  public init(_ rows: RowTriplets, _ triplets: TripletLoss = TripletLoss()) {
    (source, self.triplets, conditionsFlow) = (.rows(named: rows.name, rows), triplets, false)
  }

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    let usual = TripletLoss()
    let rows = arguments.take("triplets", positional: false)
    source = if let rows { .rows(named: rows.value, nil) } else { .label(try arguments.label("label", of: Self.name)) }
    let margin = try arguments.number("margin", default: usual.margin, "a number above 0") { $0 > 0 }
    triplets = TripletLoss(
      margin: margin,
      distance: try arguments.choice(
        "distance", default: usual.distance, from: TripletLoss.Distance.allCases.map { ($0.rawValue, $0) }),
      mining: try arguments.choice(
        "mining", default: usual.mining, from: TripletLoss.Mining.allCases.map { ($0.rawValue, $0) }))
    conditionsFlow = try arguments.choice("flow", default: false, from: [("marginal", false), ("conditional", true)])
    if let rows {
      if arguments.take("label", positional: false) != nil {
        throw arguments.error(rows, "triplets come from a column of labels or are given; name one of them")
      }
      if conditionsFlow { throw arguments.error(rows, "triplets that are given know no labels for flow=conditional") }
    }
  }

  public var text: String {
    let usual = TripletLoss()
    var arguments =
      switch source {
      case .label(let label): ["label=\(label)"]
      case .rows(let name, _): ["triplets=\(name)"]
      }
    if triplets.margin != usual.margin { arguments.append("margin=\(triplets.margin)") }
    if triplets.distance != usual.distance { arguments.append("distance=\(triplets.distance.rawValue)") }
    if triplets.mining != usual.mining { arguments.append("mining=\(triplets.mining.rawValue)") }
    if conditionsFlow { arguments.append("flow=conditional") }
    return "\(Self.name)(\(arguments.joined(separator: ",")))"
  }
  public var unit: String {
    triplets.distance == .cosine
      ? "cosine distances, over active triplets" : "distances of latents, over active triplets"
  }
  public var trainsDecoder: Bool { false }
  public var labels: [String] { if case .label(let label) = source { [label] } else { [] } }
  /// Distances of few rows are learned by heart without it.
  public var noise: TrainingNoise? { .rule }

  public func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective {
    guard case .label(let label) = source else { return GivenTripletObjective(architecture, triplets) }
    let counts = try labelCounts(train)
    guard counts.count > 1 else {
      throw FlowError(.data, "\(train.place): the label '\(label)' has one value alone; triplets need two classes")
    }
    if let lonely = counts.filter({ $0.value == 1 }).keys.min() {
      throw FlowError(
        .data,
        "\(train.place): the label '\(label)' is \(lonely) in one training row alone; triplets need two of each class")
    }
    return TripletObjective(architecture, triplets)
  }

  public func trainingEvents(
    of events: any EventSource, train: any EventSource, validation: (any EventSource)?, isPart: Bool
  ) throws(FlowError) -> (train: any EventSource, validation: (any EventSource)?) {
    guard case .rows(let name, let rows) = source else { return (train, validation) }
    guard let rows else { throw FlowError(.architecture, "the triplets \(name) are named, but not given") }
    let parts = try TripletEvents.parts(of: rows, events, train: train)
    // Their numbers are of the training rows; rows of another table are in no triplet.
    return (parts.train, isPart ? parts.validation : nil)
  }
}

extension LayerArguments {
  /// The name of a column of labels, which has no default.
  mutating func label(_ key: String, of objective: String) throws(FlowError) -> String {
    guard let argument = take(key, positional: false), !argument.value.isEmpty else {
      throw FlowError(
        .architecture, "\(objective) learns from a column of labels: say which, as in \(objective)(\(key)=name)")
    }
    return argument.value
  }
}
