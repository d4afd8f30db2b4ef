/// How two samples are compared.
public struct ComparisonOptions: Sendable, Equatable {
  /// B, the number of permutations behind a p-value; none is below 1/(B + 1).
  public var permutations = 2_000
  /// Decides all that is random: which rows are chosen, permutations, directions, folds, and where classifiers start.
  public var seed: UInt64 = 0
  /// How many threads; no result depends on it. By default as many as this process may use.
  public var threads: Int?
  /// The levels of the quantile table.
  public var levels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
  /// The random directions of sliced distances.
  public var directions = 200
  /// The parts of the rows of which each is held out from a classifier's training once.
  public var folds = 5
  /// The most rows of each sample whose pairs are compared (energy distance, MMD); of more, so many are chosen at random.
  public var rowsForPairs = 2_000
  /// The most rows of each sample that are projected on directions, or permuted in a column of values that repeat.
  public var rowsForDirections = 10_000
  /// The most rows of each sample that classifiers are trained with and tested on.
  public var rowsForClassifier = 10_000
  /// The most rows of each sample whose covariances are compared.
  public var rowsForMoments = 100_000
  /// Whether row i of both samples belong together, as events and a conditional model's draws for the same context do: then
  /// permutations exchange the rows of pairs.
  public var isPaired = false
  /// Whether one of the samples was drawn from a model that was fitted to the other: then nothing is a p-value.
  public var isFitted = false

  public init() {}

  func check() throws(FlowError) {
    guard permutations > 0, directions > 1, folds > 2, rowsForPairs > 0, rowsForDirections > 0, rowsForClassifier > 0,
      rowsForMoments > 0, levels.allSatisfy({ 0...1 ~= $0 })
    else {
      throw FlowError(
        .data, "a comparison takes one permutation or more, two directions, three folds, and levels from 0 to 1")
    }
  }
}
