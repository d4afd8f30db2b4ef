/// Functions of contexts by which a dependence on them is looked for: an orthonormal basis of N-vectors, orthogonal to the constant.
struct ContextFeatures {
  /// N × p, row-major.
  let basis: [Double]
  /// p.
  let count: Int

  /// The normal scores of each column, their squares and products, as far as there are 20 events or more to each function.
  ///
  /// - Parameter scores: of each column.
  init(_ scores: [[Double]]) {
    let events = scores[0].count
    let most = max(1, events / 20)
    var functions = scores
    if 2 * scores.count <= most { functions += scores.map { $0.map { $0 * $0 } } }
    if scores.count * (scores.count + 3) / 2 <= most {
      for first in scores.indices {
        for second in scores.indices where second > first {
          functions.append(zip(scores[first], scores[second]).map { $0 * $1 })
        }
      }
    }
    var basis: [[Double]] = []
    for function in functions.prefix(most) {
      if let direction = Self.direction(function, besides: basis) { basis.append(direction) }
    }
    (self.basis, count) = ((0..<events).flatMap { event in basis.map { $0[event] } }, basis.count)
  }

  /// A function without its mean and its parts along others, of length 1; nil where little is left of it. Gram and Schmidt's
  /// method, twice for its rounding.
  private static func direction(_ function: [Double], besides basis: [[Double]]) -> [Double]? {
    var result = function.centered
    let length = result.length
    for other in basis + basis {
      let part = zip(result, other).reduce(0) { $0 + $1.0 * $1.1 }
      for index in result.indices { result[index] -= part * other[index] }
    }
    let left = result.length
    guard left > 1e-6 * length, left > 0 else { return nil }
    for index in result.indices { result[index] /= left }
    return result
  }

  /// Φ⁻¹((r − ½)/N) with the mean rank r of equal values.
  static func normalScores(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var scores = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      let score = Double.normalQuantile(Double(first + end) / 2 / Double(order.count))
      for place in first..<end { scores[order[place]] = score }
      first = end
    }
    return scores
  }
}

extension [Double] {
  /// Without their mean.
  var centered: [Double] {
    let mean = reduce(0, +) / Double(count)
    return map { $0 - mean }
  }

  var length: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
