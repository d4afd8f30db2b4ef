extension Model {
  /// The encoder of a model whose flows are densities of latents, and how it was fitted.
  public struct Encoding: Sendable {
    public var encoder: EventEncoder
    /// What it was trained by.
    public var objective: EncoderObjective
    /// The classes on which the flows of the model are conditional, p(z | class); nil where they are densities of all latents.
    public var classes: LabelClasses?
    public var history: [EpochReport]
    /// Where training stands, to go on from; read only if asked for.
    public var training: TrainingCheckpoint?
    /// What it is recognised by when a fit goes on: its options, and digests of its events.
    var origin: [String: MetadataValue]

    public init(
      _ encoder: EventEncoder, objective: EncoderObjective, classes: LabelClasses? = nil, history: [EpochReport] = [],
      training: TrainingCheckpoint? = nil
    ) {
      self.init(encoder, objective, classes, history, training, [:])
    }

    init(
      _ encoder: EventEncoder, _ objective: EncoderObjective, _ classes: LabelClasses?, _ history: [EpochReport],
      _ training: TrainingCheckpoint?, _ origin: [String: MetadataValue]
    ) {
      (self.encoder, self.objective, self.classes, self.history) = (encoder, objective, classes, history)
      (self.training, self.origin) = (training, origin)
    }
  }

  /// This model of latents as one of the events that an encoder makes them of.
  ///
  /// - Parameter events: whose columns they are.
  public func encoded(by encoding: Encoding, like events: any EventSource) -> Model {
    Model(
      members: members, columns: events.columns, contextColumns: contextColumns, units: events.units,
      contextUnits: contextUnits, provenance: provenance, encoding: encoding)
  }

  /// The model of the latents alone.
  public var ofLatents: Model {
    guard let encoding else { return self }
    return Model(
      members: members, columns: encoding.encoder.architecture.latentColumns, contextColumns: contextColumns,
      contextUnits: contextUnits, provenance: provenance)
  }
}

extension Model.Encoding {
  /// What the columns of the probabilities of labels are called, such as `digit=0`; empty where none are predicted.
  package var classNames: [String] {
    classes?.columns ?? encoder.architecture.predictor?.classes.map { "label=\($0)" } ?? []
  }
}

// MARK: - In a file

extension Model.Encoding {
  /// Throws where the encoder would be read back as another one: where a network of one's own forgets a property in its coding.
  func check() throws(FlowError) {
    let architecture = encoder.architecture
    var registry = Registry.standard
    for network in [architecture.encoder, architecture.decoder] where network != nil {
      registry = registry.adding(type(of: network!.network))
    }
    if let posterior = architecture.posterior { registry = registry.adding(kindsOf: posterior) }
    let text = try architecture.jsonText()
    let copy = try EncoderArchitecture(jsonText: text, "the encoder", registry: registry)
    let scaling = architecture.scaling
    let probe = scaling.means + zip(scaling.means, scaling.standardDeviations).map { $0 + $1 }
    let context = architecture.contextScaling?.means ?? []
    let values = [architecture, copy].map {
      EventEncoder(architecture: $0, parameters: encoder.parameters).evaluator(threads: 1)
        .latents(of: probe, context: context).map(\.bitPattern)
    }
    guard try copy.jsonText() == text, values[0] == values[1] else {
      throw FlowError(
        .architecture,
        "the encoder would be read back as another one: its coding forgets a property; encode and decode all of them")
    }
  }

  func write(to group: borrowing HDF5.Group, _ keepingState: Bool) throws(FlowError) {
    try group.setAttributes(
      origin.merging([
        "objective": .text(objective.text), "latent_dimension": .integer(encoder.latentDimension),
      ]) { $1 })
    try group.write(try encoder.architecture.jsonText(), to: "architecture")
    try group.write(encoder.parameters, of: encoder.architecture.layout, under: "parameters")
    if let classes { try group.write(try classes.jsonText(), to: Self.classesKey) }
    try history.write(to: group)
    try training?.write(to: group, beside: encoder.parameters, keepingState: keepingState)
  }

  init(_ group: borrowing HDF5.Group, _ registry: Registry, includingTraining: Bool) throws(FlowError) {
    let json = try group.dataset("architecture").readTexts().first ?? ""
    let architecture = try EncoderArchitecture(jsonText: json, "\(group.location)/architecture", registry: registry)
    let encoder = EventEncoder(
      architecture: architecture, parameters: try group.parameters(of: architecture.layout, under: "parameters"))
    let classes =
      try group.contains(Self.classesKey)
      ? LabelClasses(
        jsonText: try group.dataset(Self.classesKey).readTexts().first ?? "", "\(group.location)/\(Self.classesKey)")
      : nil
    let history = try [EpochReport](reading: group)
    var origin: [String: MetadataValue] = [:]
    for name in Self.originKeys { origin[name] = try group.attribute(name) }
    self.init(
      encoder, try EncoderObjective(try group.attribute("objective")?.text ?? ""), classes, history,
      includingTraining ? try TrainingCheckpoint(group, history, beside: encoder.parameters) : nil, origin)
  }

  static let classesKey = "classes"
  static let originKeys = ["options", "data_digest", "validation_digest"]
}
