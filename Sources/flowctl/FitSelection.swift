internal import FlowKit

/// What --columns, --context and --weights select of the training rows, and of others like them.
struct FitSelection {
  let train: ColumnSelection
  /// Where context and weights of their own have the rows of the validation part.
  private let validContext, validWeights: DataLocation?

  /// - Parameter other: a column that is no event column unless `columns` names it.
  init(
    columns: ColumnList?, context: String?, weights: String?, leavingOut other: String? = nil, _ parts: DataParts,
    _ access: any TableAccess
  ) throws(FlowError) {
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    let weights = try weights.map { text throws(FlowError) in try ColumnsOrData(text) }
    /// The parts of data of their own, as many as the events have.
    func split(_ data: ColumnsOrData?) throws(FlowError) -> (train: DataLocation?, valid: DataLocation?) {
      guard let location = data?.location else { return (nil, nil) }
      let own = try access.parts(of: location)
      guard own.hasParts == parts.hasParts, (own.valid == nil) == (parts.valid == nil) else {
        throw FlowError(
          .data, "\(location) is to have the same parts (train, valid) as the events at \(parts.train)")
      }
      return (own.train, own.valid)
    }
    let (contexts, weightings) = (try split(context), try split(weights))
    (validContext, validWeights) = (contexts.valid, weightings.valid)
    if let names = weights?.columns, names.count != 1 {
      throw FlowError(.data, "--weights is one column, got \(names.joined(separator: ","))")
    }
    let contextColumns = context?.columns ?? []
    let kept = other.map { other in
      ([other] + contextColumns + (weights?.columns ?? [])).filter { !$0.hasPrefix("!") }.map { "!\($0)" }
    }
    train = ColumnSelection(
      columns: columns?.names ?? kept, context: contextColumns, weights: weights?.columns?.first,
      contextTable: contexts.train, weightsTable: weightings.train)
  }

  /// The same of the validation part. It is read by the names found in the first one: it may have fewer columns or another
  /// order.
  func forPart(like events: EventSet) -> ColumnSelection {
    var selection = train
    selection.columns = events.columns
    if train.contextTable == nil { selection.context = events.contextColumns }
    (selection.contextTable, selection.weightsTable) = (validContext, validWeights)
    return selection
  }

  /// The same of other data.
  func forOthers(like events: EventSet, at location: DataLocation) throws(FlowError) -> ColumnSelection {
    guard train.contextTable == nil, train.weightsTable == nil else {
      throw FlowError(
        .data,
        "context and weights from data of their own belong to the training rows; \(location) has none: give --valid a "
          + "fraction, or DATA with train and valid in it")
    }
    return forPart(like: events)
  }
}
