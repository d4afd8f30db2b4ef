import FlowKit
import Foundation
import Testing

private struct Quantiles: Decodable {
  let values, weights, quantiles: ReferenceArray
  let weighted: Bool
}

private struct Whitening: Decodable {
  let rows, weights, z: ReferenceArray
  let logDeterminant: Double
}

private struct Reference: Decodable {
  let quantiles: [Quantiles]
  let whitening: Whitening

  init() throws {
    self = try JSONDecoder().decode(Self.self, from: try Data(contentsOf: referenceURL("preprocessing.json")))
  }
}

/// Statistics that preprocessing is fitted by, against NumPy's.
@Suite struct ColumnQuantilesTests {
  @Test func quartilesAreThoseOfNumPy() throws {
    let cases = try Reference().quantiles
    #expect(cases.map(\.weighted) == [false, true])
    for each in cases {
      let weights = each.weighted ? each.weights.values : nil
      let found = ColumnQuantiles(each.values.values, columns: ["x"], weights: weights)
      #expect([found.lowerQuartiles[0], found.medians[0], found.upperQuartiles[0]] == each.quantiles.values)
      // Among other columns.
      let pairs = each.values.values.flatMap { [-$0, $0] }
      #expect(ColumnQuantiles(pairs, columns: ["y", "x"], weights: weights).medians[1] == found.medians[0])
    }
  }

  @Test func equalWeightsAreNone() throws {
    let values = try Reference().quantiles[0].values.values
    let equal = ColumnQuantiles(values, columns: ["x"], weights: values.map { _ in 0.1 })
    let none = ColumnQuantiles(values, columns: ["x"])
    #expect(equal.medians == none.medians && equal.upperQuartiles == none.upperQuartiles)
  }

  @Test func whiteningIsThatOfNumPy() throws {
    let reference = try Reference().whitening
    var options = PreprocessingOptions()
    options.scaling = .whiten
    let columns = ["a", "b", "c", "w"]
    let table = zip(rows(reference.rows.values, 3), reference.weights.values).flatMap { $0 + [$1] }
    try withFolder { folder in
      let writer = try TableWriter(to: "\(folder)/data.h5")
      try writer.addDataset("events", shape: [40, 4], columns: columns, element: .float64)
      try writer.append(table, to: "events")
      try writer.finish()
      let events = try EventSet(DataLocation("\(folder)/data.h5"), ColumnSelection(weights: "w"))
      let architecture = try Architecture(fitting: events, layers: "lower", preprocessing: options, seed: 0)
      #expect(
        architecture.preprocessing.count == 1 && architecture.preprocessingSummary(columns: events.columns) == "whiten")
      var (z, logDeterminants) = (reference.rows.values, [Double](repeating: 0, count: 40))
      architecture.preprocessing[0].forward(rows: &z, addingTo: &logDeterminants)
      expectClose(z, reference.z.values, within: 1e-10, "z")
      expectClose(logDeterminants, logDeterminants.map { _ in reference.logDeterminant }, within: 1e-10, "log|det|")
    }
  }

  private func rows(_ values: [Double], _ width: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<($0 + width)]) }
  }
}
