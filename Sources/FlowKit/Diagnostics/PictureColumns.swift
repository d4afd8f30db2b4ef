/// Which columns a picture shows that has no room for all.
///
/// Beside a model: those in which data and draws differ most, by the larger of the distance of Kolmogorov and Smirnov between a column's two
/// distributions and half the largest difference of its correlations with other columns. Data alone: those of the largest
/// correlation in magnitude with another one. Correlations are those of ranks (Spearman), so that no unit and no outlier decides.
public enum PictureColumns {
  /// Indices of at most `most` columns, rising.
  ///
  /// - Parameters:
  ///   - data: N × D values, row-major, finite.
  ///   - model: draws, M × D, or nil.
  public static func chosen(
    _ data: [Double], weights: [Double]? = nil, model: [Double]? = nil, dimension: Int, atMost most: Int = 12
  ) -> [Int] {
    guard dimension > most else { return Array(0..<dimension) }
    let scores = scores(data, weights, model, dimension)
    return (0..<dimension).sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(most).sorted()
  }

  private static func scores(_ data: [Double], _ weights: [Double]?, _ model: [Double]?, _ dimension: Int) -> [Double] {
    let ofData = rankCorrelations(data, weights, dimension)
    guard let model else { return ofData.map { row in row.map(\.magnitude).max() ?? 0 } }
    let ofModel = rankCorrelations(model, nil, dimension)
    return (0..<dimension).map { i in
      let sorted = SortedColumn(data, column: i, of: dimension, weights: weights)
      let distance = sorted.distance(to: SortedColumn(model, column: i, of: dimension))
      let correlation = zip(ofData[i], ofModel[i]).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      return max(distance, correlation / 2)
    }
  }

  /// Of each column with each; 0 with itself.
  private static func rankCorrelations(_ rows: [Double], _ weights: [Double]?, _ dimension: Int) -> [[Double]] {
    let names = (0..<dimension).map { "\($0)" }
    let sorted = (0..<dimension).map { SortedColumn(rows, column: $0, of: dimension, weights: weights) }
    var ranks = rows
    for index in ranks.indices { ranks[index] = sorted[index % dimension].distribution(rows[index]) }
    let statistics = ColumnStatistics(ranks, columns: names, weights: weights)
    let correlations = statistics.correlations
    return (0..<dimension).map { i in
      (0..<dimension).map { j in
        let value = correlations[i * dimension + j]
        return i == j || value.isNaN ? 0 : value
      }
    }
  }
}
