/// A fitted flow and what belongs to it in a file: the columns it was fitted to, how training went, where it came from.
public struct Model: Sendable {
  public var flow: Flow
  /// The names of the D event columns; indices where the data gave no names.
  public var columns: [String]
  /// The names of the C context columns.
  public var contextColumns: [String]
  /// The units of the event columns and of the context columns, nil where the data gave none.
  public var units: [String?]
  public var contextUnits: [String?]
  public var history: [EpochReport]
  /// Where the model comes from: program, command, data, options and result of training.
  public var provenance: [String: MetadataValue]
  /// Where training stands, to go on from; read only if asked for.
  public var training: TrainingCheckpoint?

  public init(
    flow: Flow, columns: [String], contextColumns: [String] = [], units: [String?]? = nil,
    contextUnits: [String?]? = nil, history: [EpochReport] = [], provenance: [String: MetadataValue] = [:],
    training: TrainingCheckpoint? = nil
  ) {
    precondition(
      columns.count == flow.dimension && contextColumns.count == flow.contextDimension, "one name per column")
    self.units = units ?? columns.map { _ in nil }
    self.contextUnits = contextUnits ?? contextColumns.map { _ in nil }
    precondition(
      self.units.count == columns.count && self.contextUnits.count == contextColumns.count,
      "one unit, or none, per column")
    (self.flow, self.columns, self.contextColumns) = (flow, columns, contextColumns)
    (self.history, self.provenance, self.training) = (history, provenance, training)
  }
}
