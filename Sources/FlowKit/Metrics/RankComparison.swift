/// How well a score tells two samples apart: the area under its ROC curve, which is the probability that a score of the first
/// is above one of the second, ties counting half (Mann & Whitney 1947).
public struct RankComparison: Sendable, Equatable {
  public let area: Double
  /// The standard error of the area over rows (DeLong, DeLong & Clarke-Pearson 1988); nil for a single score in a sample.
  public let standardError: Double?

  /// - Throws: where a sample has no score, or one that is not a number.
  public init(_ first: [Double], _ second: [Double]) throws(FlowError) {
    guard !first.isEmpty, !second.isEmpty, !(first + second).contains(where: \.isNaN) else {
      throw FlowError(.data, "ranks are of numbers, one or more in each sample")
    }
    let (n, m) = (Double(first.count), Double(second.count))
    let ranks = Self.ranks(first + second)
    let (own, others) = (Self.ranks(first), Self.ranks(second))
    // The part of the other sample below each score.
    let x = first.indices.map { (ranks[$0] - own[$0]) / m }
    let y = second.indices.map { 1 - (ranks[first.count + $0] - others[$0]) / n }
    area = x.reduce(0, +) / n
    guard first.count > 1, second.count > 1 else {
      standardError = nil
      return
    }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    standardError = (variance(x) / n + variance(y) / m).squareRoot()
  }

  /// The rank of each value, from 1, equal values sharing the mean of theirs.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }
}
