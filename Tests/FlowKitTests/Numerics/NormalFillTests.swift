import CFlowKernels
import Testing

/// The standard normal numbers that samples start from.
@Suite struct NormalFillTests {
  private func filled(_ rows: Int, _ count: Int, seed: UInt64 = 1, purpose: UInt32 = 5, first: UInt64 = 0)
    -> [Float]
  {
    var z = [Float](repeating: .nan, count: rows * count)
    flowkit_normal_fill(&z, rows, count, seed, purpose, first)
    return z
  }

  private func filledDouble(_ rows: Int, _ count: Int, first: UInt64 = 0) -> [Double] {
    var z = [Double](repeating: .nan, count: rows * count)
    flowkit_normal_fill(&z, rows, count, 1, 5, first)
    return z
  }

  @Test func momentsAreThoseOfAStandardNormal() {
    let count = 1 << 18
    for z in [filled(5, count).map { Double($0) }, filledDouble(5, count)] {
      for row in 0..<5 {
        let values = z[(row * count)..<((row + 1) * count)]
        func moment(_ power: Int) -> Double {
          values.reduce(0) { sum, z in sum + (0..<power).reduce(1) { product, _ in product * z } }
            / Double(count)
        }
        // Five standard deviations of each moment: √(1, 2, 15, 96) / √N.
        let error = 5 / Double(count).squareRoot()
        #expect(abs(moment(1)) < error)
        #expect(abs(moment(2) - 1) < 1.42 * error)
        #expect(abs(moment(3)) < 3.88 * error)
        #expect(abs(moment(4) - 3) < 9.8 * error)
      }
    }
  }

  @Test func featuresAreUncorrelated() {
    let count = 1 << 18
    let z = filled(5, count)
    for i in 0..<5 {
      for j in 0..<i {
        let product = (0..<count).reduce(0.0) { $0 + Double(z[i * count + $1]) * Double(z[j * count + $1]) }
        #expect(abs(product) / Double(count) < 5 / Double(count).squareRoot(), "features \(i) and \(j)")
      }
    }
  }

  @Test func anEventDoesNotDependOnItsTile() {
    let (whole, wholeDouble) = (filled(3, 112), filledDouble(3, 112))
    for (first, width) in [(0, 16), (16, 32), (5, 16), (96, 16)] {
      let (part, partDouble) = (
        filled(3, width, first: UInt64(first)), filledDouble(3, width, first: UInt64(first))
      )
      for row in 0..<3 {
        let range = (row * 112 + first)..<(row * 112 + first + width)
        #expect(part[(row * width)..<((row + 1) * width)].elementsEqual(whole[range]))
        #expect(partDouble[(row * width)..<((row + 1) * width)].elementsEqual(wholeDouble[range]))
      }
    }
  }

  @Test func seedsAndPurposesGiveOtherNumbers() {
    let usual = filled(2, 16)
    #expect(usual != filled(2, 16, seed: 2))
    #expect(usual != filled(2, 16, seed: 1 + (1 << 32)))
    #expect(usual != filled(2, 16, purpose: 4))
    #expect(usual != filled(2, 16, first: 1 << 32))
  }
}
