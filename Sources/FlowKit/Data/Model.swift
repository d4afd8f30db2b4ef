/// A fitted flow and what belongs to it in a file: the columns it was fitted to, how training went, where it came from.
public struct Model: Sendable {
  public var flow: Flow
  /// The names of the D event columns; indices where the data gave no names.
  public var columns: [String]
  /// The names of the C context columns.
  public var contextColumns: [String]
  public var history: [EpochReport]
  /// Where the model comes from: program, command, data, options and result of training.
  public var provenance: [String: MetadataValue]
  /// Where training stands, to go on from; read only if asked for.
  public var training: TrainingCheckpoint?

  public init(
    flow: Flow, columns: [String], contextColumns: [String] = [], history: [EpochReport] = [],
    provenance: [String: MetadataValue] = [:], training: TrainingCheckpoint? = nil
  ) {
    precondition(
      columns.count == flow.dimension && contextColumns.count == flow.contextDimension, "one name per column")
    (self.flow, self.columns, self.contextColumns) = (flow, columns, contextColumns)
    (self.history, self.provenance, self.training) = (history, provenance, training)
  }
}
