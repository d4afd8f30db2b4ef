internal import FlowKit

extension Fit {
  func readEvents(
    _ choice: ValidationChoice, buffer: Int
  ) throws(FlowError) -> (events: any EventSource, validation: Validation) {
    let access = try missing.access
    let parts = try access.parts(of: DataLocation(data))
    let selection = ColumnSelection(columns: columns?.names, context: context?.names ?? [], weights: weights)
    let train = try read(parts.train, selection, buffer, access)
    // The other parts are read by the names found in the first: they may have fewer columns or another order.
    let same = ColumnSelection(columns: train.columns, context: train.contextColumns, weights: weights)
    switch choice {
    case .location(let location):
      return (train, .events(try read(access.parts(of: location).train, same, buffer, access)))
    case .automatic:
      guard let part = parts.valid else { return (train, .fraction(0.1)) }
      return (train, .events(try read(part, same, buffer, access)))
    case .none: return (train, .none)
    case .fraction(let fraction): return (train, .fraction(fraction))
    }
  }

  private func read(
    _ location: DataLocation, _ selection: ColumnSelection, _ buffer: Int, _ access: any TableAccess
  ) throws(FlowError) -> EventSet {
    let events = try EventSet(
      location, selection, skipNonFinite: skipNonFinite, buffer: buffer, access: access)
    for note in events.notes { Terminal.note(note) }
    if events.droppedRows > 0 {
      Terminal.note("\(events.location): left out \(events.droppedRows) rows with values that are not finite")
    }
    return events
  }
}
