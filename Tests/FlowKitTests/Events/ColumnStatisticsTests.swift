import FlowKit
import Testing

@Suite struct ColumnStatisticsTests {
  /// Two correlated columns whose means are large beside their deviations, and weights from 0 to 4.
  private let rows = (0..<10_000).flatMap { i -> [Double] in
    let k = Double(i * 7_919 % 4_099)
    return [1e9 + k / 1_024, -1e6 + Double(i * 104_729 % 5_003) / 512 + k / 2_048]
  }
  private let weights = (0..<10_000).map { Double($0 % 5) }

  /// Means, deviations and the correlation, in exact fractions (Python); NumPy's std and corrcoef agree to 5e-15.
  private static let exact: [(weighted: Bool, values: [Double])] = [
    (
      false,
      [1000000002.0015596, -999994.1128936035, 1.1555056316363905, 2.8796859191303517, 0.20123195673482155]
    ),
    (
      true,
      [1000000002.0010978, -999994.1122445556, 1.1553739388841953, 2.884059833260597, 0.19997772832474664]
    ),
  ]

  private func statistics(block: Int, weighted: Bool) throws -> [Double] {
    var result = ColumnStatistics(columns: ["x", "y"])
    for first in stride(from: 0, to: 10_000, by: block) {
      let range = first..<min(10_000, first + block)
      result.add(
        Array(rows[(2 * range.lowerBound)..<(2 * range.upperBound)]), weights: weighted ? Array(weights[range]) : nil)
    }
    return result.means + result.standardDeviations + [try result.correlationFactor()[2]]
  }

  @Test(arguments: exact, [10_000, 777, 100, 3, 1])
  func blocksGiveWhatAllRowsGive(reference: (weighted: Bool, values: [Double]), block: Int) throws {
    let found = try statistics(block: block, weighted: reference.weighted)
    // A mean near 1e9 is known to 1e-7, which the deviations of single rows must not show.
    expectClose(found, reference.values, within: 1e-12, "blocks of \(block)")
  }

  @Test func constantColumnsAreFound() {
    for value in [7.5, 0.1, 1e9 / 3, -1e-30, 0] {
      for block in [1_000, 7] {
        var result = ColumnStatistics(columns: ["x", "c"])
        for first in stride(from: 0, to: 1_000, by: block) {
          result.add((first..<min(1_000, first + block)).flatMap { [Double($0), value] })
        }
        let text = message { () throws(FlowError) in _ = try result.standardization() }
        #expect(text?.hasPrefix("the column 'c' is constant (") == true, "\(value) in blocks of \(block)")
      }
    }
  }

  @Test func rowsWithoutWeightCountForNothing() throws {
    var result = ColumnStatistics(columns: ["x"])
    result.add([5, 7, 100], weights: [0, 0, 0])
    result.add([1, 3, 9], weights: [1, 1, 0])
    #expect(result.means == [2] && result.standardDeviations == [1])
  }
}
