/// Which columns of a table are events, context and weights.
public struct ColumnSelection: Sendable, Equatable {
  /// The event columns, by name or index; nil takes all that are neither context nor weights.
  public var columns: [String]?
  public var context: [String]
  public var weights: String?

  public init(columns: [String]? = nil, context: [String] = [], weights: String? = nil) {
    (self.columns, self.context, self.weights) = (columns, context, weights)
  }
}
