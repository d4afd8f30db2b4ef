import FlowKit

// What `compare` and `calibrate` say of the same rows.

extension ReportSubject {
  /// The most rows of each sample: enough for a difference that matters, few enough to wait for.
  private static let comparedAtMost = 10_000

  func comparisonSection() throws(FlowError) -> [HTML] {
    guard let read, let draws = events.model else { return [] }
    let numbers = read.spread(Self.comparedAtMost)
    let (width, rows) = (model.columns.count, read.chosen(numbers))
    func source(_ values: [Double], _ weights: [Double]?, _ place: String) throws(FlowError) -> EventArray {
      try EventArray(
        values, dimension: width, context: rows.context, weights: weights, columns: model.columns,
        contextColumns: model.contextColumns, place: place)
    }
    var options = ComparisonOptions()
    (options.seed, options.isFitted, options.isPaired) = (seed, role != .heldOut, !model.contextColumns.isEmpty)
    let weights = model.contextColumns.isEmpty ? nil : rows.weights
    let comparison = try Comparison(
      source(rows.events, rows.weights, "data"),
      source(ReadEvents.rows(numbers, of: draws.values, width), weights, "model"),
      options: options)
    return [comparison.verdictOnPage] + comparison.tables
  }

  func calibrationSection() throws(FlowError) -> [HTML]? {
    guard let read, areTested, read.count >= Calibration.fewestEvents else { return nil }
    let calibration = try model.calibration(of: read, seed: seed)
    let table = calibration.checks.map { check in
      [
        RanksPlot.name(of: check), "\(check.bias.value.text(digits: 3)) ± \(check.bias.error.text(digits: 3))",
        "\(check.width.value.text(digits: 3)) ± \(check.width.error.text(digits: 3))", check.shapeP.asP,
        check.pHolm.asP,
      ]
    }
    return [
      .verdict(calibration.verdict, isWarning: !calibration.isCalibrated()),
      .paragraph(
        "Each of \(calibration.events.grouped) rows is ranked among \(calibration.draws.grouped) draws of its own from the model. Where the model is right, ranks are uniform: the histogram stays in its band, and so does the difference between the distribution of the levels and a uniform one, with a probability of 95 % for each as a whole. A width above 1 says that the model is too narrow."
      ),
      try .figure(
        RanksPlot.picture(calibration), id: "calibration-figure",
        caption: "Left: how many events have each level. Right: distribution of the levels minus the uniform one."),
      .table(
        "Calibration", head: ["check", "bias / σ", "width (1 is right)", "p of the band", "p after Holm"], table),
    ]
  }
}

extension ReadEvents {
  /// Which `most` of the rows, evenly spread over them.
  func spread(_ most: Int) -> [Int] {
    let number = min(most, count)
    return (0..<number).map { $0 * count / number }
  }

  /// Rows of these numbers.
  func chosen(_ numbers: [Int]) -> LabelledEvents {
    let (width, contextWidth) = (columns.count, rows.context.count / count)
    return LabelledEvents(
      Self.rows(numbers, of: rows.events, width), context: Self.rows(numbers, of: rows.context, contextWidth),
      weights: rows.weights.map { weights in numbers.map { weights[$0] } })
  }

  /// Rows of these numbers of a matrix.
  static func rows(_ numbers: [Int], of values: [Double], _ width: Int) -> [Double] {
    numbers.flatMap { values[($0 * width)..<(($0 + 1) * width)] }
  }
}

extension Model {
  /// The most rows of which each is ranked among draws of its own for a picture.
  private static let calibratedAtMost = 1_000

  func calibration(of read: ReadEvents, seed: UInt64) throws(FlowError) -> Calibration {
    let rows = read.chosen(read.spread(Self.calibratedAtMost))
    return try Calibration(
      of: ensemble, events: rows.events, context: rows.context, columns: columns, contextColumns: contextColumns,
      seed: seed)
  }
}
