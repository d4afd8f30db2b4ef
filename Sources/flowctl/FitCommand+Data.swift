internal import FlowKit

extension Fit {
  func readEvents(
    _ choice: ValidationChoice, _ preprocess: PreprocessingOptions, buffer: Int
  ) throws(FlowError) -> (train: EventSet, validation: EventSet?) {
    let parts = try ContainedAccess.shared.parts(of: DataLocation(data))
    let selection = ColumnSelection(columns: columns?.names, context: context?.names ?? [], weights: weights)
    let train = try read(parts.train, selection, preprocess, buffer)
    // The other parts are read by the names found in the first: they may have fewer columns or another order.
    let same = ColumnSelection(columns: train.columns, context: train.contextColumns, weights: weights)
    switch choice {
    case .location(let location):
      return (train, try read(ContainedAccess.shared.parts(of: location).train, same, preprocess, buffer))
    case .automatic:
      guard let part = parts.valid else { return try split(train, 0.1) }
      return (train, try read(part, same, preprocess, buffer))
    case .none: return (train, nil)
    case .fraction(let fraction): return try split(train, fraction)
    }
  }

  private func split(
    _ events: EventSet, _ fraction: Double
  ) throws(FlowError) -> (train: EventSet, validation: EventSet?) {
    guard let (rest, part) = events.split(validFraction: fraction, seed: seed) else {
      throw FlowError(
        .data,
        "\(events.location): a validation part of \(fraction) of \(events.rows) rows leaves no rows to train or to "
          + "validate on; give another --valid, or 0 for none")
    }
    return (rest, part)
  }

  private func read(
    _ location: DataLocation, _ selection: ColumnSelection, _ preprocess: PreprocessingOptions, _ buffer: Int
  ) throws(FlowError) -> EventSet {
    let events = try EventSet(
      location, selection, skipNonFinite: skipNonFinite, buffer: buffer, access: ContainedAccess.shared)
    if events.droppedRows > 0 {
      Terminal.note("\(events.location): left out \(events.droppedRows) rows with values that are not finite")
    }
    // Before the split, so that messages count rows as the file does.
    try preprocess.check(events)
    return events
  }
}
