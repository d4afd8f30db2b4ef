import FlowKit

/// The two samples of `flowctl compare`, read or drawn.
struct ComparedSamples {
  let first, second: any EventSource
  /// Which of them were drawn, 0 or 1.
  let drawn: Int?

  init(_ command: Compare, _ options: inout ComparisonOptions) throws(FlowError) {
    let access = try command.missing.access(command.arrays.access())
    let paths = [command.first, command.second]
    let models = [try Model.isPresent(at: paths[0]), try Model.isPresent(at: paths[1])]
    let reader = ComparedData(command, access)
    switch (models[0], models[1]) {
    case (true, true):
      throw FlowError(
        .data, "both are models; draw from one with 'flowctl sample', and compare its draws with the other")
    case (false, false):
      drawn = nil
      (first, second) = try reader.pair(paths[0], paths[1])
    default:
      let index = models[0] ? 0 : 1
      let model = try command.reading.densityModel(paths[index])
      let events = try reader.events(of: model, paths[1 - index])
      options.isPaired = !model.contextColumns.isEmpty
      options.isFitted = model.isFitted(to: events.location, digest: try events.digest())
      let draws = try model.draws(
        like: events, seed: command.seed, threads: options.threads, place: "draws of \(paths[index])")
      drawn = index
      (first, second) = index == 0 ? (draws, events) : (events, draws)
    }
  }

  func compared(_ options: ComparisonOptions) throws(FlowError) -> Comparison {
    try Comparison(first, second, options: options)
  }

  func comparedWithRatios(
    _ options: ComparisonOptions
  ) throws(FlowError) -> (comparison: Comparison, logRatios: (first: [Double], second: [Double])?) {
    try Comparison.withLogRatios(first, second, options: options)
  }
}

/// Reads the data of a comparison as its options say.
private struct ComparedData {
  let command: Compare
  let access: any TableAccess

  init(_ command: Compare, _ access: any TableAccess) { (self.command, self.access) = (command, access) }

  /// The rows that a model is compared with.
  func events(of model: Model, _ path: String) throws(FlowError) -> EventSet {
    let context = try command.context.map { text throws(FlowError) in try ColumnsOrData(text) }
    let location = try part(path)
    var selection = try ColumnSelection(
      for: model, in: location, columns: command.columns?.names, contextColumns: context?.columns,
      context: context?.location.map { location throws(FlowError) in try part(location.description) }, access: access)
    selection.weights = command.weights
    return try read(location, selection)
  }

  /// Two tables: the columns that both have, in the first one's order, or by place where one has no names.
  func pair(_ first: String, _ second: String) throws(FlowError) -> (any EventSource, any EventSource) {
    guard command.context == nil else {
      throw FlowError(.data, "--context is of a conditional model; compare such columns of data as all others")
    }
    let locations = (try part(first), try part(second))
    let tables = (
      try access.table(locations.0, columns: command.columns?.names),
      try access.table(locations.1, columns: command.columns?.names)
    )
    let isWeight = { (name: String) in name == command.weights && command.columns == nil }
    let names = (tables.0.columns.filter { !isWeight($0) }, tables.1.columns.filter { !isWeight($0) })
    var chosen = names
    if tables.0.hasNames, tables.1.hasNames, command.columns == nil {
      let common = names.0.filter { names.1.contains($0) }
      guard !common.isEmpty else {
        throw FlowError(
          .data,
          "\(locations.0) has \(names.0.joined(separator: ", ")), \(locations.1) has \(names.1.joined(separator: ", ")): "
            + "no column is in both")
      }
      for (location, own) in [(locations.0, names.0), (locations.1, names.1)] where own.count > common.count {
        let others = own.filter { !common.contains($0) }.joined(separator: ", ")
        Terminal.note("\(location) alone has \(others), which is not compared")
      }
      chosen = (common, common)
    }
    guard chosen.0.count == chosen.1.count else {
      throw FlowError(
        .data,
        "\(locations.0) has \(chosen.0.count) columns, \(locations.1) \(chosen.1.count), and names are not in both",
        fix: .choose(.columns))
    }
    let events = (
      try read(locations.0, selection(chosen.0, tables.0)), try read(locations.1, selection(chosen.1, tables.1))
    )
    guard command.weights == nil || events.0.hasWeights || events.1.hasWeights else {
      throw FlowError(.data, "no data have the column '\(command.weights ?? "")' of weights")
    }
    let isByPlace = chosen.0 != events.1.columns
    return (events.0, isByPlace ? try renamed(events.1, events.0.columns) : events.1)
  }

  private func part(_ path: String) throws(FlowError) -> DataLocation {
    let parts = try access.parts(of: DataLocation(path))
    return parts.test ?? parts.train
  }

  private func selection(_ columns: [String], _ table: any RandomAccessTable) -> ColumnSelection {
    let hasWeights = command.weights.map { table.allColumns.contains($0) } ?? false
    return ColumnSelection(columns: columns, weights: hasWeights ? command.weights : nil)
  }

  private func read(_ location: DataLocation, _ selection: ColumnSelection) throws(FlowError) -> EventSet {
    let events = try EventSet(location, selection, skipNonFinite: command.skipNonFinite, access: access)
    events.notes.note()
    if events.droppedRows > 0 {
      Terminal.note("\(events.location): left out \(events.droppedRows) rows with values that are not finite")
    }
    return events
  }

  private func renamed(_ events: EventSet, _ columns: [String]) throws(FlowError) -> EventArray {
    let contents = try events.contents()
    return try EventArray(
      contents.events, dimension: columns.count, weights: contents.weights, columns: columns, place: events.place)
  }
}
