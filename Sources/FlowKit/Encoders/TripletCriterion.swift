/// The triplet loss as `--objective` writes it: `triplet(label=digit,margin=0.2,distance=cosine,mining=all)`; with `flow=conditional` the
/// flow on the latents is p(z | label).
public struct TripletCriterion: EncoderCriterion {
  public static let name = "triplet"
  /// The column of labels.
  public let label: String
  public let triplets: TripletLoss
  public let conditionsFlow: Bool

  public init(label: String, _ triplets: TripletLoss = TripletLoss(), conditionsFlow: Bool = false) {
    (self.label, self.triplets, self.conditionsFlow) = (label, triplets, conditionsFlow)
  }

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    let usual = TripletLoss()
    let label = try arguments.label("label", of: Self.name)
    let margin = try arguments.number("margin", default: usual.margin, "a number above 0") { $0 > 0 }
    self.init(
      label: label,
      TripletLoss(
        margin: margin,
        distance: try arguments.choice(
          "distance", default: usual.distance, from: TripletLoss.Distance.allCases.map { ($0.rawValue, $0) }),
        mining: try arguments.choice(
          "mining", default: usual.mining, from: TripletLoss.Mining.allCases.map { ($0.rawValue, $0) })),
      conditionsFlow: try arguments.choice(
        "flow", default: false, from: [("marginal", false), ("conditional", true)]))
  }

  public var text: String {
    let usual = TripletLoss()
    var arguments = ["label=\(label)"]
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
  public var labels: [String] { [label] }
  /// Distances of few rows are learned by heart without it.
  public var noise: TrainingNoise? { .rule }

  public func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective {
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
