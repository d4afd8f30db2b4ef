import ArgumentParser
import FlowKit

/// How data are read that a model is held against: what `plot` and `report` take.
struct EventReading: ParsableArguments {
  @Option(
    help: "The columns that are the model's, in its order, or, without a model, those to show, \(ColumnList.help).")
  var columns: ColumnList?

  @Option(help: "The columns that are a conditional model's context, or DATA of their own that is as long.")
  var context: String?

  @Option(help: "A column of weights, at least 0, or DATA of its own that is as long.")
  var weights: String?

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading DATA")
  var arrays: ReadingArguments

  @Option(parsing: .unconditional, help: "Rows of DATA at most, chosen at random, and draws at most.")
  var rows = usualRows

  @Option(parsing: .unconditional, help: "Decides which rows and which draws are shown.")
  var seed: UInt64 = 0

  static let usualRows = 20_000

  /// The test part of DATA, or all of it; at most `rows` of its rows. Rows that are not finite are left out.
  func events(_ data: String, for model: Model?) throws(FlowError) -> ReadEvents {
    let access = try missing.access(arrays.access())
    func part(of location: DataLocation) throws(FlowError) -> DataLocation {
      let parts = try access.parts(of: location)
      return parts.test ?? parts.train
    }
    let location = try part(of: DataLocation(data))
    var selection: ColumnSelection
    let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
    if let model {
      selection = try ColumnSelection(
        for: model, in: location, columns: columns?.names, contextColumns: context?.columns,
        context: context?.location.map { location throws(FlowError) in try part(of: location) }, access: access)
    } else {
      guard context == nil else { throw FlowError(.data, "--context is for a conditional model; none is given") }
      selection = ColumnSelection(columns: columns?.names)
    }
    let weighting = try weights.map { text throws(FlowError) in try ColumnsOrData(text) }
    selection.weights = weighting?.columns?.first
    selection.weightsTable = try weighting?.location.map { location throws(FlowError) in try part(of: location) }
    let most = try OptionCheck.positive(rows, "--rows", atMost: 100_000_000)
    let set = try EventSet(location, selection, skipNonFinite: true, access: access)
    set.notes.note()
    return try ReadEvents(set, atMost: most, seed: seed)
  }
}

/// Rows of data, in memory.
struct ReadEvents {
  /// Where they are: a file and the table in it.
  let place: String
  let columns: [String]
  let units: [String?]
  /// How many rows there are, of which those in memory are chosen.
  let total: Int
  /// Rows left out because a value is not finite.
  let dropped: Int
  let rows: LabelledEvents
  /// Where the rows stand in their table, counted from 0.
  let numbers: [Int]
  /// By which a fit recognises them.
  let digest: String?

  /// At most `most` of the events, chosen at random.
  init(_ source: some EventSource, atMost most: Int, seed: UInt64) throws(FlowError) {
    (place, columns, units) = (source.place, source.columns, source.units)
    (total, dropped) = (source.count, source.droppedRows)
    let sample = try source.sample(most, seed: seed)
    (rows, numbers) = (sample.events, sample.rows ?? [])
    digest = try source.digest()
  }

  var count: Int { numbers.count }

  /// As a legend names them: without the folders.
  var name: String {
    let location = DataLocation(place)
    let file = location.file.split(separator: "/").last.map(String.init) ?? location.file
    let rows = count < total ? "\(count.grouped) of \(total.grouped)" : count.grouped
    return "\(file)\(location.path.map { ":" + $0 } ?? ""), \(rows) rows"
  }
}

extension Model {
  /// Draws beside data: one for each row, which is given its context and has its weight; without context at least `count`.
  func draws(beside events: ReadEvents?, count: Int, seed: UInt64) throws(FlowError) -> PictureEvents.Rows {
    let isConditional = !contextColumns.isEmpty
    guard !isConditional || events != nil else {
      throw FlowError(
        .data,
        "the model is conditional on \(contextColumns.joined(separator: ", ")): give DATA with these columns")
    }
    let number = isConditional ? events!.count : max(count, events?.count ?? 0)
    let values = try ensemble.sample(number, context: events?.rows.context ?? [], seed: seed)
    return PictureEvents.Rows(
      values: values, weights: isConditional ? events!.rows.weights : nil, name: "model, \(number.grouped) draws")
  }
}
