internal import FlowKit

extension Fit {
  func readEvents(
    _ choice: ValidationChoice, buffer: Int
  ) throws(FlowError) -> (events: any EventSource, validation: Validation) {
    let access = try missing.access(reading.access())
    let parts = try access.parts(of: DataLocation(data))
    let selection = try FitSelection(columns: columns, context: context, weights: weights, parts, access)
    let train = try read(parts.train, selection.train, buffer, access)
    train.notes.note()
    let hint = ShapeHint.text(rows: train.count, columns: train.columns.count, isTransposed: reading.transpose)
    if let hint { Terminal.note("\(train.location): \(hint)") }
    switch choice {
    case .location(let location):
      let own = try selection.forOthers(like: train, at: location)
      return (train, .events(try read(access.parts(of: location).train, own, buffer, access)))
    case .automatic:
      guard let part = parts.valid else { return (train, .fraction(0.1)) }
      return (train, .events(try read(part, selection.forPart(like: train), buffer, access)))
    case .none: return (train, .none)
    case .fraction(let fraction): return (train, .fraction(fraction))
    }
  }

  private func read(
    _ location: DataLocation, _ selection: ColumnSelection, _ buffer: Int, _ access: any TableAccess
  ) throws(FlowError) -> EventSet {
    let events = try EventSet(location, selection, skipNonFinite: skipNonFinite, buffer: buffer, access: access)
    if events.droppedRows > 0 {
      Terminal.note("\(events.location): left out \(events.droppedRows) rows with values that are not finite")
    }
    return events
  }
}

/// What --columns, --context and --weights select of the training rows, and of others like them.
private struct FitSelection {
  let train: ColumnSelection
  /// Where context and weights of their own have the rows of the validation part.
  private let validContext, validWeights: DataLocation?

  init(
    columns: ColumnList?, context: String?, weights: String?, _ parts: DataParts, _ access: any TableAccess
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
    train = ColumnSelection(
      columns: columns?.names, context: context?.columns ?? [], weights: weights?.columns?.first,
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
