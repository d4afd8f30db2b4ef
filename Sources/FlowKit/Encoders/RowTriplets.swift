/// Triplets that are given by the numbers of rows, counted from 0: an anchor, a positive that belongs nearer to it, a negative that
/// belongs farther from it.
public struct RowTriplets: Sendable, Equatable {
  /// What they are called in messages, such as their file.
  public let name: String
  /// Anchor, positive and negative of each, one after the other.
  public let rows: [Int]

  /// - Parameters:
  ///   - numbers: N × 3, row-major.
  /// - Throws: where a number is no row's, or two rows of a triplet are one, naming the first.
  public init(_ name: String, _ numbers: [Double]) throws(FlowError) {
    precondition(numbers.count.isMultiple(of: 3), "\(numbers.count) values are no rows of three")
    guard !numbers.isEmpty else { throw FlowError(.data, "\(name): there are no triplets") }
    for triplet in 0..<(numbers.count / 3) {
      let three = numbers[(3 * triplet)..<(3 * triplet + 3)]
      if let bad = three.first(where: { $0 != $0.rounded() || $0 < 0 || $0 > 0x1p53 }) {
        throw FlowError(
          .data, "\(name): triplet \(triplet) has \(bad), but a triplet is three numbers of rows, counted from 0")
      }
      guard Set(three).count == 3 else {
        throw FlowError(
          .data,
          "\(name): triplet \(triplet) names a row twice (\(three.map { "\(Int($0))" }.joined(separator: ", "))); "
            + "its anchor, positive and negative differ")
      }
    }
    (self.name, rows) = (name, numbers.map { Int($0) })
  }

  public var count: Int { rows.count / 3 }
}
