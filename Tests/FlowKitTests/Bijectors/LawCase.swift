import FlowKit
import FlowKitTestSupport
import Testing

/// One bijector of the table and how it is to be examined.
struct LawCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bijector: any Bijector
  var laws: [BijectorLaw]
  var settings = BijectorLaws()

  init(_ name: String, _ bijector: any Bijector, laws: [BijectorLaw] = BijectorLaw.allCases) {
    (testDescription, self.bijector, self.laws) = (name, bijector, laws)
  }

  /// With events and images away from a kink at 0, which central differences must not step over.
  static func kinked(_ name: String, _ bijector: any Bijector) -> LawCase {
    var result = LawCase(name, bijector)
    var random = RandomStream(seed: 5, purpose: .samples)
    result.settings.events = (0..<(32 * bijector.dimension)).map { _ in
      let x = 4 * random.uniform() - 2
      return x < 0 ? x - 1 : x + 1
    }
    return result
  }

  /// With steps so small that few of them meet a knot, where the log-determinant's slope jumps.
  static func knotted(_ name: String, _ bijector: any Bijector) -> LawCase {
    var result = LawCase(name, bijector)
    result.settings.differenceStep = MemoryLayout<Scalar>.size == 8 ? 0x1p-12 : 0x1p-8
    return result
  }

  /// Expects that the bijector obeys its laws.
  func prove() {
    let violations = settings.violations(of: bijector, laws: laws)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }
}

/// The laws that take no derivative by differences, for networks with kinks at places that depend on θ.
let withoutDifferences: [BijectorLaw] = [
  .plainValue, .gradientIsAdded, .eventIndependence, .finiteness, .parameterCount, .coding,
]
