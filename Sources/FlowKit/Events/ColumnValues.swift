/// What the values of a column are like, from a sample of them: whether they repeat, and how.
///
/// Of a continuous quantity no value comes twice. One that does has a probability, which no density can express: a likelihood grows
/// without bound as the density there does, and says nothing.
struct ColumnValues {
  /// The distinct values, ascending, and how often each is there.
  private let values: [Double]
  private let counts: [Int]
  private let count: Int

  init(_ sample: [Double]) {
    let sorted = sample.sorted()
    var (values, counts) = ([Double](), [Int]())
    for value in sorted {
      if value == values.last {
        counts[counts.count - 1] += 1
      } else {
        values.append(value)
        counts.append(1)
      }
    }
    (self.values, self.counts, count) = (values, counts, sorted.count)
  }

  var distinct: Int { values.count }

  /// The probability that two rows have the same value.
  var collision: Double {
    guard count > 1 else { return 0 }
    let pairs = counts.reduce(0.0) { $0 + Double($1) * Double($1 - 1) }
    return pairs / (Double(count) * Double(count - 1))
  }

  /// Whether all are whole numbers.
  var areWhole: Bool { values.allSatisfy { $0 == $0.rounded() } }

  /// The step of which all values are multiples, counted from the smallest, where there are not many more such multiples than
  /// values: rounded values have one.
  var step: Double? {
    guard values.count > 2, let low = values.first, let high = values.last else { return nil }
    let smallest = zip(values, values.dropFirst()).reduce(Double.infinity) { min($0, $1.1 - $1.0) }
    let steps = ((high - low) / smallest).rounded()
    guard steps.isFinite, steps >= 2, steps < 64 * Double(values.count) else { return nil }
    let step = (high - low) / steps
    // Numbers that were stored as Float are exact to 24 bits.
    let tolerance = 0.01 * step + 0x1p-22 * max(abs(low), abs(high))
    guard tolerance < 0.25 * step else { return nil }
    let isGrid = values.allSatisfy { value in
      let offset = (value - low) / step
      return abs(offset - offset.rounded()) * step <= tolerance
    }
    return isGrid ? step : nil
  }

  /// Values that make up a hundredth of the rows or more, where others are mostly different: at most three.
  var spikes: [(value: Double, count: Int)] {
    let least = max(10, (count + 99) / 100)
    let found = values.indices.filter { counts[$0] >= least }
    guard found.count <= 3 else { return [] }
    let rest = count - found.reduce(0) { $0 + counts[$1] }
    guard rest >= 20, 2 * (values.count - found.count) > rest else { return [] }
    return found.map { (values[$0], counts[$0]) }
  }

  /// Whether most rows share their value with others, and not with a few spikes alone.
  var areFew: Bool {
    guard spikes.isEmpty else { return false }
    return 2 * values.count <= count
  }

  /// Values at either end that repeat and lie apart from all others, as -999 does that stands for a missing one.
  var farOut: [(value: Double, count: Int)] {
    guard values.count > 10 else { return [] }
    let (lower, middle, upper) = (quantile(0.25), quantile(0.5), quantile(0.75))
    let spread = upper > lower ? upper - lower : quantile(0.95) - quantile(0.05)
    guard spread > 0 else { return [] }
    func isFar(_ index: Int, from inner: Int) -> Bool {
      counts[index] >= max(3, count / 2_000) && abs(values[index] - middle) > 10 * spread
        && abs(values[index] - values[inner]) > 5 * spread
    }
    var found: [Int] = []
    // At most two at each end, such as -999 and -99.
    for ends in [[0, 1], [values.count - 1, values.count - 2]] {
      let step = ends[1] - ends[0]
      if isFar(ends[1], from: ends[1] + step), counts[ends[0]] >= 3 {
        found += ends
      } else if isFar(ends[0], from: ends[1]) {
        found.append(ends[0])
      }
    }
    return found.map { (values[$0], counts[$0]) }
  }

  private func quantile(_ part: Double) -> Double {
    var below = 0
    for (value, number) in zip(values, counts) {
      below += number
      if Double(below) >= part * Double(count) { return value }
    }
    return values.last!
  }
}
