import FlowKit
import Testing

@Suite struct ProbabilityVectorTests {
  @Test func valuesAreThoseOfSciPy() throws {
    let reference = try MetricReference.read().entropies
    let (p, q) = (try ProbabilityVector(weights: reference.p), try ProbabilityVector(weights: reference.q))
    expectClose([p.entropy], [reference.entropy], within: 1e-14, "entropy")
    expectClose([try p.crossEntropy(of: q).value], [reference.crossEntropy], within: 1e-14, "cross-entropy")
    expectClose(
      [try p.crossEntropy(ofLogits: reference.logits).value], [reference.crossEntropyOfLogits], within: 1e-14, "logits")
    expectClose([try p.divergence(from: q).value], [reference.kl], within: 1e-14, "KL")
    expectClose([try p.squaredError(of: q)], [reference.squaredError], within: 1e-14, "squares")
    let ratio = try p.logRatioError(of: q)
    expectClose([ratio.value], [reference.logRatio], within: 1e-14, "|log p/q|")
    #expect(ratio.bins == 4 && ratio.leftOut == [1] && ratio.massLeftOut == 0)
    expectClose([ratio.otherMassLeftOut], [0.05], within: 1e-14, "left out")
  }

  @Test func zerosAreSaid() throws {
    let p = try ProbabilityVector(weights: [1, 0, 2, 1, 0])
    let q = try ProbabilityVector(weights: [1, 3, 0, 0, 0])
    let forward = try p.divergence(from: q)
    #expect(forward == Divergence(value: .infinity, missedBins: [2, 3]))
    #expect(try q.divergence(from: p).missedBins == [1])
    #expect(try p.crossEntropy(of: q).missedBins == [2, 3])
    // p = 0 adds nothing; what both lack is left out nowhere.
    #expect(try p.divergence(from: p) == Divergence(value: 0, missedBins: []))
    #expect(try p.logRatioError(of: q).leftOut == [1, 2, 3])
    // A logit far below the others is no 0, −∞ is one.
    #expect(try p.crossEntropy(ofLogits: [0, 0, 0, -1e4, 0]).value.isFinite)
    #expect(try p.crossEntropy(ofLogits: [0, 0, -.infinity, 0, 0]) == Divergence(value: .infinity, missedBins: [2]))
    expectClose(try ProbabilityVector(logits: [1_000, 1_000]).values, [0.5, 0.5], within: 1e-15, "softmax")
  }

  @Test func whatAreNoProbabilitiesIsAnError() throws {
    #expect(throws: FlowError.self) { try ProbabilityVector(weights: [1, -1]) }
    #expect(throws: FlowError.self) { try ProbabilityVector(weights: [0, 0]) }
    #expect(throws: FlowError.self) { try ProbabilityVector(weights: [.infinity, 1]) }
    #expect(throws: FlowError.self) { try ProbabilityVector(logits: [.nan, 1]) }
    #expect(throws: FlowError.self) { try ProbabilityVector(logits: [-.infinity]) }
    let error = #expect(throws: FlowError.self) {
      try ProbabilityVector(weights: [1]).divergence(from: ProbabilityVector(weights: [1, 1]))
    }
    #expect(error?.message == "1 bins cannot be compared with 2")
  }
}

@Suite struct HistogramTests {
  @Test func everyPointFallsIntoOneBin() throws {
    let histogram = try Histogram(lower: -1, upper: 2, bins: 3)
    #expect(histogram.edges == [[-1, 0, 1, 2]])
    let points = try PointCloud([-1, -0.5, 0, 1, 1.5, 2, 2.5, -1.1], weights: [1, 1, 2, 1, 1, 1, 2, 1])
    let (bins, outside) = try histogram.weights(of: points)
    expectClose(bins, [0.2, 0.2, 0.3], within: 1e-14, "bins")
    expectClose([outside], [0.3], within: 1e-14, "outside")
    #expect((0..<3).map { histogram.name(ofBin: $0) } == ["[-1.0, 0.0)", "[0.0, 1.0)", "[1.0, 2.0]"])
  }

  @Test func binsOfTwoAxesAreAProduct() throws {
    let histogram = try Histogram(edges: [[0, 1, 3], [0, 2, 4, 8]])
    #expect(histogram.count == 6)
    let points = try PointCloud([0.5, 7, 2, 1, 3, 8, 3.1, 1], dimension: 2)
    let (bins, outside) = try histogram.weights(of: points)
    #expect(bins == [0, 0, 0.25, 0.25, 0, 0.25] && outside == 0.25)
    #expect(histogram.name(ofBin: 2) == "[0.0, 1.0) × [4.0, 8.0]")
    // A criterion on top of it names the bins that a model misses.
    let p = try ProbabilityVector(weights: bins)
    let q = try ProbabilityVector(weights: [1, 1, 1, 0, 1, 1])
    #expect(try p.divergence(from: q).missedBins.map { histogram.name(ofBin: $0) } == ["[1.0, 3.0] × [0.0, 2.0)"])
  }

  @Test func whatHasNoBinsIsAnError() throws {
    #expect(throws: FlowError.self) { try Histogram(edges: [[0, 1, 1]]) }
    #expect(throws: FlowError.self) { try Histogram(edges: []) }
    #expect(throws: FlowError.self) { try Histogram(lower: 1, upper: 1, bins: 4) }
    #expect(throws: FlowError.self) {
      try Histogram(lower: 0, upper: 1, bins: 2).weights(of: PointCloud([1, 1], dimension: 2))
    }
  }
}
