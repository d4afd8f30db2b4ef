/// Holm's correction (1979) of p-values for their number: with level α all hypotheses whose corrected value is at most α are
/// rejected, and any true one among them with a probability of at most α, however the tests depend on each other.
public enum HolmCorrection {
  /// The corrected values, in the order of `values`: the kth least of n is multiplied with n − k + 1, and none is below a lesser
  /// one's.
  public static func corrected(_ values: [Double]) -> [Double] {
    var (result, largest) = (values, 0.0)
    for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      largest = max(largest, min(1, values[index] * Double(values.count - rank)))
      result[index] = largest
    }
    return result
  }
}
