/// What makes a model's draws more like data: the ratio of both densities, as classifiers between data and draws estimate it
/// (DCTR; Andreassen & Nachman 2020), by which draws are accepted or rejected.
///
/// A draw x is kept with probability min(1, r(x)/R), r = p_data/p_model, so that draws follow p_model min(r, R), normalised: the data's
/// density but where the ratio is above R.
public struct Refinement: Sendable {
  /// The SHA-256 digest of the model's file.
  public let modelDigest: String
  /// The model's columns, and its columns of context.
  public let columns, contextColumns: [String]
  /// log R.
  public let logBound: Double
  /// The part of the draws that is kept, as it was when the bound was chosen.
  public let acceptance: Double
  let classifiers: [RatioClassifier]

  /// The part of a model's draws whose ratio is above the bound, and counts as that.
  public static let clippedPart = 0.001
  private static let drawsForBound = 20_000

  /// How well the classifiers tell data from draws that they have not seen.
  public struct Score: Sendable {
    public let accuracy, standardError: Double
    public let rows: Int
  }

  /// Trains classifiers between events and as many draws of a model.
  ///
  /// - Parameters:
  ///   - modelDigest: the digest of the model's file.
  ///   - options: folds, seed, threads, and the most rows that classifiers are trained with.
  /// - Throws: where there are fewer than 20 events, or columns are not the model's.
  public static func fitted(
    _ model: Model, modelDigest: String, to events: some EventSource, options: ComparisonOptions
  ) throws(FlowError) -> (refinement: Refinement, score: Score) {
    var options = options
    options.isPaired = !model.contextColumns.isEmpty
    // Draws of their own: those that are refined later are none of the training.
    let seeds = (0..<2).map { EventRandom(seed: options.seed).child(1_000 + $0).seed }
    let draws = try model.draws(like: events, seed: seeds[0], threads: options.threads)
    let pair = try SamplePair(events, draws, options)
    guard let trained = pair.classifiers(isTested: false) else {
      throw FlowError(
        .data, "\(events.place): \(pair.first.kept.count) rows are too few to train a classifier; give 20 or more")
    }
    let test = try ClassifierTest(trained.fit, pair.options, pair.pool)
    let others = try model.draws(like: pair.someEvents(events, drawsForBound), seed: seeds[1], threads: options.threads)
    let fresh = try ComparedRows(others, seed: 0)
    let ratios = CrossFit.meanLogRatios(fresh.values, by: trained.fit.classifiers, pair.pool).sorted()
    let bound = ratios[min(ratios.count - 1, Int((1 - clippedPart) * Double(ratios.count)))]
    let kept = ratios.reduce(0) { $0 + Double.exp(min(0, $1 - bound)) } / Double(ratios.count)
    return (
      Refinement(
        modelDigest: modelDigest, columns: model.columns, contextColumns: model.contextColumns, logBound: bound,
        acceptance: kept, classifiers: trained.fit.classifiers),
      Score(
        accuracy: test.accuracy, standardError: test.accuracyError,
        rows: min(trained.rows.first.count, trained.rows.second.count))
    )
  }

  /// log r of each draw.
  ///
  /// - Parameter rows: the model's columns, then its context, row-major.
  func logRatios(_ rows: [Double], _ pool: WorkerPool) -> [Double] {
    CrossFit.meanLogRatios(rows, by: classifiers, pool)
  }

  /// Throws where it belongs to another model.
  package func check(_ model: Model, digest: String, _ path: String) throws(FlowError) {
    guard digest == modelDigest, columns == model.columns, contextColumns == model.contextColumns else {
      throw FlowError(
        .data, "\(path) was made for another model, or for this one before it was fitted again; make it anew")
    }
  }
}

extension SamplePair {
  /// So many of the events that are compared, with their context: their first ones, again and again.
  fileprivate func someEvents(_ events: some EventSource, _ count: Int) throws(FlowError) -> EventArray {
    let numbers = (0..<count).map { first.kept[$0 % first.kept.count] }
    let (dimension, width) = (first.columns.count, first.width)
    let rows = LabelledEvents(first.rows(numbers))
    func part(_ columns: Range<Int>) -> [Double] {
      numbers.indices.flatMap { row in columns.map { rows.events[row * width + $0] } }
    }
    return try EventArray(
      part(0..<dimension), dimension: dimension, context: part(dimension..<width), columns: events.columns,
      contextColumns: width > dimension ? events.contextColumns : nil)
  }
}
