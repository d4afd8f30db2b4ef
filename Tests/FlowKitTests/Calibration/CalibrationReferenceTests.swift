import Foundation
import Testing

@testable import FlowKit

/// Distributions and bands against SciPy, mpmath and a NumPy recursion (make_calibration_values.py).
@Suite struct CalibrationReferenceTests {
  private struct Reference: Decodable {
    let kolmogorov: [Kolmogorov]
    let chiSquare: [ChiSquare]
    let normal: [Normal]
    let bands: [Band]
    let shapes: [Shape]
    let histogram: Bins
  }
  private struct Kolmogorov: Decodable { let count: Int, d: Double, p: Double }
  private struct ChiSquare: Decodable { let x: Double, degrees: Double, below: Double, above: Double }
  private struct Normal: Decodable { let p: Double, z: Double }
  private struct Band: Decodable { let count: Int, points: Int, lower: [Int], upper: [Int], coverage: Double }
  private struct Shape: Decodable { let count: Int, points: Int, counts: [Int], p: Double }
  private struct Bins: Decodable { let count: Int, bins: Int, lower: Int, upper: Int, p: Double }

  private let reference: Reference

  init() throws {
    reference = try JSONDecoder().decode(
      Reference.self, from: try Data(contentsOf: referenceURL("calibration.json")))
  }

  @Test func kolmogorovsDistributionOfFewNumbers() {
    for value in reference.kolmogorov {
      let p = KolmogorovDistribution.upperTail(value.d, count: value.count)
      let difference = abs(p - value.p)
      #expect(difference < 1e-10, "n = \(value.count), d = \(value.d): \(p), not \(value.p)")
    }
  }

  @Test func chiSquareTails() {
    for value in reference.chiSquare {
      let tails = Double.chiSquareTails(value.x, degrees: value.degrees)
      // SciPy's own tails of many degrees agree with mpmath to some 10⁻¹³ of themselves.
      let below = abs(tails.below - value.below)
      let above = abs(tails.above - value.above)
      #expect(below <= 1e-12 * max(value.below, 1e-300) + 1e-15, "\(value)")
      #expect(above <= 1e-11 * value.above + 1e-300, "\(value): \(tails.above)")
    }
  }

  @Test func normalQuantiles() {
    for value in reference.normal {
      let difference = abs(Double.normalQuantile(value.p) - value.z)
      #expect(difference <= 4e-15 * max(1, abs(value.z)), "\(value)")
      guard value.p > 0.01 else { continue }
      let mirrored = Double.normalQuantile(1 - value.p)
      #expect(abs(mirrored + value.z) < 1e-13)
    }
  }

  @Test func bandsAndTheirCoverage() {
    for expected in reference.bands {
      let band = UniformityReference(count: expected.count, points: expected.points).band
      let n = Double(expected.count)
      #expect(band.lower == expected.lower.map { Double($0) / n })
      #expect(band.upper == expected.upper.map { Double($0) / n })
      let difference = abs(band.coverage - expected.coverage)
      #expect(difference < 1e-10, "\(band.coverage), not \(expected.coverage)")
    }
  }

  @Test func probabilityOfLeavingWhatIsLeft() {
    for expected in reference.shapes {
      let p = UniformityReference(count: expected.count, points: expected.points).shapeP(expected.counts)
      #expect(abs(p - expected.p) < 1e-10, "\(p), not \(expected.p)")
    }
  }

  @Test func probabilityOfHistograms() {
    let expected = reference.histogram
    let crossing = CrossingProbability(count: expected.count, bins: expected.bins)
    let p = crossing.within(eachBin: expected.lower...expected.upper)
    #expect(abs(p - expected.p) < 1e-10)
    let band = UniformityReference(count: 1_000).bins
    #expect(band.bins == 20 && band.coverage >= 0.95 && band.coverage < 0.97)
    let narrower = CrossingProbability(count: 1_000, bins: 20).within(eachBin: (band.lower + 1)...(band.upper - 1))
    #expect(narrower < 0.95)
  }

  /// The band holds uniform numbers as often as it says: counted, not computed.
  @Test func bandsHoldUniformNumbers() {
    let reference = UniformityReference(count: 100)
    var (inside, small) = (0, 0)
    let repetitions = 2_000
    for repetition in 0..<repetitions {
      var random = RandomStream(seed: 7, purpose: .samples, index: UInt64(repetition))
      let counts = reference.counts((0..<100).map { _ in random.uniform() })
      let isInside = reference.isInBand(counts)
      inside += isInside ? 1 : 0
      if repetition < 400 {
        let p = reference.shapeP(counts)
        small += p <= 0.2 ? 1 : 0
        #expect(isInside == (p > 0.05))
      }
    }
    // Four standard errors: 4 √(0.05 · 0.95/2000), 4 √(0.2 · 0.8/400).
    #expect(abs(Double(inside) / Double(repetitions) - reference.band.coverage) < 0.02)
    #expect(abs(Double(small) / 400 - 0.2) < 0.08)
  }

  @Test func holmsCorrection() {
    let corrected = HolmCorrection.corrected([0.01, 0.04, 0.03, 0.005, 0.9])
    let expected = [0.04, 0.09, 0.09, 0.025, 0.9]
    for (got, expected) in zip(corrected, expected) { #expect(abs(got - expected) < 1e-15) }
    #expect(HolmCorrection.corrected([0.6, 0.7]) == [1, 1])
  }
}
