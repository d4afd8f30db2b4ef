import FlowKit
import Testing

@Suite struct PictureChoicesTests {
  @Test func ticksAreRoundAndShort() {
    let plain = AxisTicks(0...10, atMost: 6)
    #expect(plain.positions == [2, 4, 6, 8] && plain.labels == ["2", "4", "6", "8"] && plain.exponent == 0)
    let around = AxisTicks(-1.2...1.3, atMost: 5)
    #expect(around.labels == ["\u{2212}1.0", "\u{2212}0.5", "0.0", "0.5", "1.0"])
    let large = AxisTicks(0...3_000_000, atMost: 4)
    #expect(large.labels == ["1", "2"] && large.exponent == 6)
    let small = AxisTicks(0...0.0003, atMost: 4)
    #expect(small.labels == ["1", "2"] && small.exponent == -4)
    let late = AxisTicks(1_600_000_000...1_600_000_100, atMost: 4)
    #expect(late.offset != 0 && late.exponent == 0 && late.labels.contains("0"))
    #expect(late.labels.allSatisfy { $0.count <= 3 })
  }

  @Test(arguments: [(-3.3, 7.1), (0.001, 0.0012), (1e9, 1.1e9), (-1e-9, 1e-9), (99.5, 100.5), (-7e22, 3e22)])
  func ticksLieWithinAndAreNotTooMany(_ low: Double, _ high: Double) {
    for most in 2...9 {
      let ticks = AxisTicks(low...high, atMost: most)
      #expect(ticks.positions.count <= most && !ticks.positions.isEmpty && ticks.positions.count == ticks.labels.count)
      #expect(ticks.positions.allSatisfy { low <= $0 && $0 <= high })
      #expect(Set(ticks.labels).count == ticks.labels.count, "\(ticks.labels)")
      #expect(ticks.labels.allSatisfy { $0.count <= 7 }, "\(ticks.labels)")
    }
  }

  @Test func theColumnsThatDifferAreShown() {
    // Columns 0 … 14 alike; 3 has another width in the model, 9 and 11 another correlation.
    let width = 15
    var (data, model) = (uniforms(2_000 * width, seed: 8), uniforms(2_000 * width, seed: 9))
    for row in 0..<2_000 {
      model[row * width + 3] *= 0.7
      data[row * width + 9] = data[row * width + 11]
    }
    let chosen = PictureColumns.chosen(data, model: model, dimension: width, atMost: 3)
    #expect(chosen == [3, 9, 11])
    #expect(PictureColumns.chosen(data, dimension: width, atMost: 2) == [9, 11])
    #expect(PictureColumns.chosen(data, dimension: width, atMost: 20) == Array(0..<width))
  }
}
