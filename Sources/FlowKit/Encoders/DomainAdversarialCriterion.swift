/// Domain adaptation as `--objective` writes it: `dann(label=class,domain=origin,lambda=1,hidden=32)`.
public struct DomainAdversarialCriterion: EncoderCriterion {
  public static let name = "dann"
  /// The columns of labels and of domains.
  public let label, domain: String
  /// λ at the end of the training.
  public let strength: Double
  /// The hidden layers of what predicts labels and of what tells domains apart. A linear function of latents tells little apart, and
  /// leaves the encoder nothing to hide.
  public let hidden: [Int]
  public static let usualHidden = [32]

  public init(label: String, domain: String, strength: Double = 1, hidden: [Int] = Self.usualHidden) {
    (self.label, self.domain, self.strength, self.hidden) = (label, domain, strength, hidden)
  }

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    self.init(
      label: try arguments.label("label", of: Self.name), domain: try arguments.label("domain", of: Self.name),
      strength: try arguments.number("lambda", default: 1, "a number of at least 0") { $0 >= 0 },
      hidden: try arguments.widths("hidden", default: Self.usualHidden, "widths such as 32x32, or none") { _ in true })
  }

  public var text: String {
    let own = strength == 1 ? "" : ",lambda=\(strength)"
    let widths = hidden == Self.usualHidden ? "" : ",hidden=\(LayerArguments.text(ofWidths: hidden))"
    return "\(Self.name)(label=\(label),domain=\(domain)\(own)\(widths))"
  }
  public var unit: String { "nats, of labels and of domains" }
  public var trainsDecoder: Bool { false }
  public var labels: [String] { [label, domain] }

  public func predictor(latents: Int, train: any EventSource) throws(FlowError) -> LabelPredictor? {
    let classes = try labelCounts(train, where: sourceDomain(try domains(train))).keys.sorted()
    guard classes.count > 1 else {
      throw FlowError(
        .data,
        "\(train.place): the label '\(label)' has one value alone in the source, the rows of the smallest '\(domain)'")
    }
    return LabelPredictor(classes: classes, network: network(latents, classes.count))
  }

  public func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective {
    let counts = try domains(train)
    let source = counts[counts.keys.min()!]!
    return DomainAdversarialObjective(
      architecture,
      domains: LabelPredictor(
        classes: counts.keys.sorted(), network: network(architecture.latentDimension, counts.count)),
      sourceShare: Double(source) / Double(train.count), strength: strength)
  }

  private func domains(_ train: any EventSource) throws(FlowError) -> [Int: Int] {
    let counts = try labelCounts(train, column: 1)
    guard counts.count > 1 else {
      throw FlowError(
        .data,
        "\(train.place): the domain '\(domain)' has one value alone, \(counts.keys.first ?? 0); there is nothing to adapt to"
      )
    }
    return counts
  }

  private func sourceDomain(_ counts: [Int: Int]) -> (_ context: ArraySlice<Double>) -> Bool {
    let source = Double(counts.keys.min()!)
    return { $0.last == source }
  }

  private func network(_ latents: Int, _ classes: Int) -> Perceptron {
    Perceptron(inputs: latents, hidden: hidden, outputs: classes, activation: .silu)
  }
}
