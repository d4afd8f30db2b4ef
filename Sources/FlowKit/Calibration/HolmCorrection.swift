/// Holm's correction of p-values for their number.
enum HolmCorrection {
  /// The corrected p-values, in the given order: the k-th smallest of m is multiplied by m − k + 1, made no smaller than those before
  /// it and at most 1. With them below α, the probability of any false rejection is at most α, whatever depends on what. Source: Holm 1979.
  static func corrected(_ values: [Double]) -> [Double] {
    var result = values
    var largest = 0.0
    for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      largest = max(largest, min(1, Double(values.count - rank) * values[index]))
      result[index] = largest
    }
    return result
  }
}
