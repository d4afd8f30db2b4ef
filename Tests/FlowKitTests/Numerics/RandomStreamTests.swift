import FlowKit
import Foundation
import Testing

@Suite struct RandomStreamTests {
  private struct Answers: Decodable {
    struct Vector: Decodable { let counter, key, output: [UInt32] }
    let vectors: [Vector]
  }

  @Test func philoxGivesItsKnownAnswers() throws {
    let answers = try JSONDecoder().decode(
      Answers.self, from: try Data(contentsOf: referenceURL("philox.json")))
    #expect(answers.vectors.count == 3)
    for vector in answers.vectors {
      #expect(RandomStream.philox(counter: vector.counter, key: vector.key) == vector.output)
    }
  }

  @Test func theSameStreamGivesTheSameNumbers() {
    var (first, second) = (RandomStream(seed: 7, purpose: .split), RandomStream(seed: 7, purpose: .split))
    let numbers = (0..<100).map { _ in first.next() }
    #expect(numbers == (0..<100).map { _ in second.next() })
    #expect(Set(numbers).count == 100)
  }

  @Test func seedsPurposesAndIndicesAreDifferentStreams() {
    var streams = [
      RandomStream(seed: 7, purpose: .split), RandomStream(seed: 7 + (1 << 32), purpose: .split),
      RandomStream(seed: 8, purpose: .split), RandomStream(seed: 7, purpose: .shuffle),
      RandomStream(seed: 7, purpose: .split, index: 1),
      RandomStream(seed: 7, purpose: .split, index: 1 << 32),
    ]
    let numbers = streams.indices.flatMap { stream in (0..<10).map { _ in streams[stream].next() } }
    #expect(Set(numbers).count == 60)
  }

  @Test func permutationsAreUniform() {
    var random = RandomStream(seed: 1, purpose: .shuffle)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6_000 { counts[random.permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6)
    // 1000 ± 29 each: five standard deviations.
    for (order, count) in counts { #expect(abs(count - 1_000) < 145, "\(order): \(count)") }
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var random = RandomStream(seed: 2, purpose: .samples)
    let numbers = (0..<10_000).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { 0 <= $0 && $0 < 1 })
    // The mean of 10,000 has standard deviation 0.0029, and the extremes lie within 0.001 but for 4e-5.
    #expect(abs(numbers.reduce(0, +) / 10_000 - 0.5) < 0.0145)
    #expect(numbers.min()! < 0.001 && numbers.max()! > 0.999)
  }
}
