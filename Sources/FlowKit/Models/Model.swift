/// What was fitted and what belongs to it in a file: a flow or an ensemble of flows, the columns, how training went, where it
/// came from.
public struct Model: Sendable {
  /// The flows, of which ``ensemble`` is the mixture; mostly one.
  public var members: [Member]
  /// The names of the D event columns; indices where the data gave no names.
  public var columns: [String]
  /// Columns that those determine: no part of the density, but of the events that are drawn or scored.
  public var dependent = DependentColumns.none
  /// The names of the C context columns.
  public var contextColumns: [String]
  /// The units of the event columns and of the context columns, nil where the data gave none.
  public var units: [String?]
  public var contextUnits: [String?]
  /// Where the model comes from: program, command, data, options and result of training.
  public var provenance: [String: MetadataValue]
  /// What an automatic fit goes on from that was interrupted; read only if asked for.
  public var automatic: AutomaticFitState?
  /// What makes of the columns the latents that ``members`` are densities of; nil where these are densities of the columns themselves.
  public private(set) var encoding: Encoding?

  /// A flow of a model, and how it was fitted.
  public struct Member: Sendable {
    public var flow: Flow
    public var history: [EpochReport]
    /// What is said of this flow alone, where there are others: its seed and the result of its training.
    public var provenance: [String: MetadataValue]
    /// Where training stands, to go on from; read only if asked for.
    public var training: TrainingCheckpoint?
    /// The history of the fit that chose the number of epochs, where the flow was then fitted again to all events; else empty.
    public var selectionHistory: [EpochReport]

    public init(
      flow: Flow, history: [EpochReport] = [], provenance: [String: MetadataValue] = [:],
      training: TrainingCheckpoint? = nil, selectionHistory: [EpochReport] = []
    ) {
      (self.flow, self.history, self.provenance, self.training) = (flow, history, provenance, training)
      self.selectionHistory = selectionHistory
    }
  }

  public init(
    flow: Flow, columns: [String], contextColumns: [String] = [], units: [String?]? = nil,
    contextUnits: [String?]? = nil, history: [EpochReport] = [], provenance: [String: MetadataValue] = [:],
    training: TrainingCheckpoint? = nil
  ) {
    self.init(
      members: [Member(flow: flow, history: history, training: training)], columns: columns,
      contextColumns: contextColumns, units: units, contextUnits: contextUnits, provenance: provenance)
  }

  /// - Parameters:
  ///   - members: at least one; all of one dimension and context dimension.
  ///   - encoding: what makes of the columns the latents that the members are densities of.
  public init(
    members: [Member], columns: [String], contextColumns: [String] = [], units: [String?]? = nil,
    contextUnits: [String?]? = nil, provenance: [String: MetadataValue] = [:], encoding: Encoding? = nil
  ) {
    for member in members {
      precondition(
        encoding?.encoder.latentDimension ?? columns.count == member.flow.dimension
          && encoding?.encoder.dimension ?? columns.count == columns.count
          && contextColumns.count == member.flow.contextDimension,
        "one name per column")
    }
    self.units = units ?? columns.map { _ in nil }
    self.contextUnits = contextUnits ?? contextColumns.map { _ in nil }
    precondition(
      !members.isEmpty && self.units.count == columns.count && self.contextUnits.count == contextColumns.count,
      "members, and one unit, or none, per column")
    (self.members, self.columns, self.contextColumns, self.provenance) = (members, columns, contextColumns, provenance)
    self.encoding = encoding
  }

  /// The columns with those that they determine, in the order of the data; and their units.
  public var allColumns: [String] { dependent.merging(columns, with: \.name) }
  public var allUnits: [String?] { dependent.merging(units, with: \.unit) }

  /// The density of the model: the mixture of its members, which is the flow itself where there is one. With an encoder it is one of
  /// latents.
  public var ensemble: FlowEnsemble { FlowEnsemble(members.map(\.flow)) }

  /// Where a member of an ensemble stands in a file.
  package static func groupName(ofMember index: Int) -> String { ModelFormat.group(ofMember: index) }

  // MARK: Of a model of one flow

  /// The flow of a model that has one: a programmer's mistake otherwise, because a member's density is not the model's.
  public var flow: Flow {
    get { only.flow }
    set { only.flow = newValue }
  }

  /// The history of a model of one flow.
  public var history: [EpochReport] {
    get { only.history }
    set { only.history = newValue }
  }

  /// Where training of a model of one flow stands, to go on from; read only if asked for.
  public var training: TrainingCheckpoint? {
    get { only.training }
    set { only.training = newValue }
  }

  private var only: Member {
    get {
      precondition(members.count == 1, "an ensemble of \(members.count) flows: take `ensemble`, or one of `members`")
      return members[0]
    }
    set {
      precondition(members.count == 1, "an ensemble of \(members.count) flows: take one of `members`")
      members[0] = newValue
    }
  }
}
