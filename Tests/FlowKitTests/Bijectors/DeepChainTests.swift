import FlowKit
import FlowKitTestSupport
import Testing

/// A hundred layers in succession.
@Suite struct DeepChainTests {
  private func chain() throws -> (chain: Chain, parameters: [Scalar]) {
    var random = RandomStream(seed: 1, purpose: .architecture)
    // The bound keeps a coupling from stretching by more than e: with the default, e^6.9, the inverse may carry far events
    // beyond the range of Float.
    let list = "25*[qr,leaky-relu(0.5),lu(signs=random),coupling-affine(bound=1,hidden=8,mask=random)]"
    let chain = try LayerList(list).chain(dimension: 4, using: &random)
    #expect(chain.layers.count == 100)
    var noise = RandomStream(seed: 2, purpose: .parameters)
    let initial = chain.initialParameters(using: &noise)
    return (chain, initial.map { $0 + Scalar(0.2 * noise.uniform() - 0.1) })
  }

  private func events() -> [Scalar] {
    uniformNumbers(4 * 16).map { Scalar($0) } + [10, 10, 10, 10, -10, -10, -10, -10, 10, -10, 10, -10]
  }

  @Test func staysFiniteBothWays() throws {
    let (chain, parameters) = try chain()
    let probe = BijectorProbe(chain, parameters: parameters)
    let x = events()
    let (value, gradients) = probe.pullBack(
      .forward, at: x, values: x.map { _ in 1 }, logDeterminants: Array(repeating: 1, count: x.count / 4))
    let back = try probe.map(.inverse, x)
    let results = [
      ("z", value.values), ("x", back.values), ("∂/∂x", gradients.input), ("∂/∂θ", gradients.parameters),
      ("log-determinants", (value.logDeterminants + back.logDeterminants).map { Scalar($0) }),
    ]
    for (name, numbers) in results {
      #expect(numbers.allSatisfy { $0.isFinite }, "\(name)")
    }
    // No layer is out of reach of the gradient.
    #expect(gradients.parameters.prefix(20).contains { $0 != 0 })
  }

  /// The rounding error of layer k, some ε |xₖ|, comes back through the inverses of the layers before it, on both ways: in
  /// all at most c ε Σ ‖J₁⁻¹ … Jₖ⁻¹‖ |xₖ|, which is far below the product of the layers' condition numbers.
  @Test func roundTripsStayWithinTheConditioning() throws {
    let (chain, parameters) = try chain()
    let x = events()
    let probe = BijectorProbe(chain, parameters: parameters)
    let returned = try probe.map(.inverse, try probe.map(.forward, x).values).values
    for event in 0..<(x.count / 4) {
      let start = Array(x[(4 * event)..<(4 * event + 4)])
      let bound = try sensitivity(chain, parameters, at: start) * 16 * Double(Scalar.ulpOfOne)
      let error = distance(Array(returned[(4 * event)..<(4 * event + 4)]), start)
      #expect(error <= bound, "event \(event): \(error), where \(bound) is allowed")
    }
  }

  /// Σₖ ‖J₁⁻¹ … Jₖ⁻¹‖ |xₖ| along one event's way.
  private func sensitivity(_ chain: Chain, _ parameters: [Scalar], at start: [Scalar]) throws -> Double {
    var (x, offset, sum) = (start, 0, 0.0)
    var inverse = (0..<16).map { $0 % 5 == 0 ? 1.0 : 0 }
    for layer in chain.layers {
      let probe = BijectorProbe(layer, parameters: Array(parameters[offset..<(offset + layer.parameterCount)]))
      offset += layer.parameterCount
      x = try probe.map(.forward, x).values
      // Row i of J⁻¹ is what the inverse's pullback makes of axis i.
      let rows = probe.pullBack(
        .inverse, at: x + x + x + x, values: (0..<16).map { $0 % 5 == 0 ? 1 : 0 }, logDeterminants: [0, 0, 0, 0]
      ).gradients.input
      inverse = (0..<16).map { place in
        let (i, j) = (place / 4, place % 4)
        return (0..<4).reduce(0.0) { sum, k in sum + inverse[4 * i + k] * Double(rows[4 * k + j]) }
      }
      sum += inverse.reduce(0) { $0 + $1 * $1 }.squareRoot() * distance(x, [0, 0, 0, 0])
    }
    return sum
  }

  private func distance(_ a: [Scalar], _ b: [Scalar]) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
  }
}
