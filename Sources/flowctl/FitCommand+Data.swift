internal import FlowKit

extension Fit {
  /// - Parameter labels: columns from which an encoder learns, in place of a context; nil or none for other fits.
  func readEvents(
    _ choice: ValidationChoice, buffer: Int, labels: [String]? = nil
  ) throws(FlowError) -> (events: any EventSource, validation: Validation, ease: [Double]?) {
    let access = try missing.access(reading.access())
    let parts = try access.parts(of: DataLocation(data))
    let context = labels.flatMap { $0.isEmpty ? nil : $0.joined(separator: ",") } ?? context
    let selection = try FitSelection(
      columns: columns, context: context, weights: weights, leavingOut: lessons.curriculumBy, parts, access)
    let ease = try lessons.ease(of: parts.train, access, buffer: buffer)
    let train = try read(parts.train, selection.train, buffer, access)
    train.notes.note()
    let hint = ShapeHint.text(rows: train.count, columns: train.columns.count, isTransposed: reading.transpose)
    if let hint { Terminal.note("\(train.location): \(hint)") }
    switch choice {
    case .location(let location):
      let own = try selection.forOthers(like: train, at: location)
      return (train, .events(try read(access.parts(of: location).train, own, buffer, access)), ease)
    case .automatic:
      guard let part = parts.valid else { return (train, .fraction(0.1), ease) }
      return (train, .events(try read(part, selection.forPart(like: train), buffer, access)), ease)
    case .none: return (train, .none, ease)
    case .fraction(let fraction): return (train, .fraction(fraction), ease)
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
