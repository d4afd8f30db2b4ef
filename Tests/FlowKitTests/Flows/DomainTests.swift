import FlowKit
import Foundation
import Testing

@Suite struct DomainTests {
  private func flow(_ layers: String, dimension: Int = 2) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layers).chain(dimension: dimension, using: &random)
    return Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: dimension)))
  }

  @Test func eventsOutsideHaveDensityZeroAndLeaveTheOthersAlone() throws {
    let flow = try flow("monotone(logit),coupling-affine(hidden=8)")
    var events = uniformNumbers(2 * 300, in: 0.01...0.99)
    let inside = flow.logDensity(events)
    #expect(inside.allSatisfy { $0.isFinite })
    let outside: [Int: (Int, Double)] = [0: (0, 1.5), 130: (1, 0), 131: (0, 1), 299: (1, -2), 7: (0, .infinity)]
    for (event, (feature, value)) in outside { events[2 * event + feature] = value }
    events[2 * 9] = .nan
    let marked = flow.logDensity(events)
    for event in marked.indices where event != 9 {
      #expect(marked[event] == (outside[event] == nil ? inside[event] : -.infinity), "event \(event)")
    }
    #expect(marked[9].isNaN)
    let found = flow.architecture.eventsOutsideDomain(events)
    #expect(found.map(\.event) == [0, 7, 9, 130, 131, 299] && found.map(\.feature) == [0, 0, 0, 1, 0, 1])
  }

  @Test func densitiesAreThoseOfTheLogitNormal() throws {
    let flow = try flow("monotone(logit)", dimension: 1)
    let x = [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999]
    let expected = x.map { x in
      let logit = log(x / (1 - x))
      return -logit * logit / 2 - log(2 * Double.pi) / 2 - log(x) - log(1 - x)
    }
    // In Float, 0.999 is known to 6e-8, and the density's slope there is 7000.
    let tolerance = MemoryLayout<Scalar>.size == 8 ? 1e-11 : 1e-3
    for (got, expected) in zip(flow.logDensity(x), expected) { #expect(abs(got - expected) < tolerance) }
    let samples = try flow.sample(10_000, seed: 1)
    #expect(samples.allSatisfy { 0 < $0 && $0 < 1 })
  }

  private func eventSet(_ rows: [[Double]], _ names: [String] = ["x", "y"]) throws -> EventSet {
    let path = FileManager.default.temporaryDirectory.appending(path: "domain-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try TableWriter(to: path)
    try writer.addDataset("events", shape: [rows.count, names.count], columns: names, element: .float64)
    try writer.append(Array(rows.joined()), to: "events")
    try writer.finish()
    return try EventSet(DataLocation(path), ColumnSelection())
  }

  private var rows: [[Double]] {
    (0..<100).map { (row: Int) -> [Double] in
      let (x, y) = (Double(row), Double(row * row % 97))
      return [0.2 + 0.006 * x, 0.9 - y / 120]
    }
  }

  /// Half of the normal's mass or more would be missing.
  @Test func aBaseThatTheLayersDoNotFillIsAnError() throws {
    let data = try eventSet(rows)
    for (layers, base) in [
      ("monotone(sigmoid)", "normal"), ("lower,monotone(tanh)", "uniform(-1,2)"), ("monotone(exp)", "mixture(2)"),
      ("monotone(sigmoid)", "product(uniform(0,1),normal)"),
    ] {
      #expect(throws: FlowError.self, "\(layers), \(base)") {
        try Architecture(fitting: data, layers: layers, base: base, seed: 0)
      }
    }
    for (layers, base) in [
      ("monotone(sigmoid),monotone(logit)", "normal"), ("lower,monotone(tanh)", "uniform(-1,1)"),
      ("lower", "uniform(-1,2)"),
    ] {
      _ = try Architecture(fitting: data, layers: layers, base: base, seed: 0)
    }
  }

  @Test func columnsWithADomainAreNotStandardized() throws {
    let rows = self.rows
    let data = try eventSet(rows)
    let bounded = try Architecture(fitting: data, layers: "monotone(logit),lower", seed: 1)
    let left = try #require(bounded.preprocessing.first as? Standardize)
    #expect(left.means == [0, 0] && left.standardDeviations == [1, 1])
    let free = try Architecture(fitting: data, layers: "lower", seed: 1)
    #expect((free.preprocessing.first as? Standardize)?.means != [0, 0])
  }

  @Test func trainingEventsOutsideAreNamed() throws {
    var rows = self.rows
    (rows[40][1], rows[70][0], rows[70][1]) = (1, -0.5, 2)
    let data = try eventSet(rows)
    let error = #expect(throws: FlowError.self) {
      try Architecture(fitting: data, layers: "monotone(logit),lower", seed: 1)
    }
    let message = error?.message ?? ""
    #expect(
      message.contains("2 rows have values outside the domain of the layers, first 1.0 in row 40, column 'y'"),
      "\(message)")
    #expect(message.contains("monotone(logit) takes 0.0 < x < 1.0"), "\(message)")
  }

  /// Where the preprocessing refuses an event it is named, whatever the layers are, or if there are none.
  @Test(arguments: [[], [Permutation.reverse(dimension: 2)]] as [[any Bijector]]) func whatRefusesAnEventIsNamed(
    layers: [any Bijector]
  ) throws {
    let events = try EventArray([0.2, 0.5, 0.7, 1, -1, 1.5], dimension: 2, columns: ["x", "y"])
    func text(_ preprocessing: any Preprocessing) throws -> String? {
      let architecture = Architecture(
        chain: try Chain(layers, dimension: 2), base: StandardNormal(dimension: 2), preprocessing: [preprocessing])
      return message { () throws(FlowError) in try architecture.checkDomain(of: events) }
    }
    #expect(
      try text(Bounded(lower: [0, 0], upper: [nil, 1]))
        == "the events: 2 rows have values outside the domain of the preprocessing, first 1.0 in row 1, column 'y', where "
        + "bounds takes 0.0 < x < 1.0; leave such rows out, or preprocess them otherwise")
    #expect(
      try text(Dequantize(dimension: 2, features: [0], seed: 1))
        == "the events: 2 rows have values outside the domain of the preprocessing, first 0.2 in row 0, column 'x', where "
        + "dequantize is not defined; leave such rows out, or preprocess them otherwise")
    #expect(try text(Standardize(means: [0, 0], standardDeviations: [1, 1])) == nil)
  }
}
