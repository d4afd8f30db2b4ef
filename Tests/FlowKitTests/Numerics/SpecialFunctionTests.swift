import FlowKit
import Foundation
import Testing

private struct DigammaReference: Decodable {
  struct Values: Decodable {
    let x, value: [Double]
  }
  let digamma: Values
}

@Suite struct SpecialFunctionTests {
  @Test func digammaIsThatOfSciPy() throws {
    let file = try JSONDecoder().decode(DigammaReference.self, from: Data(contentsOf: referenceURL("bases.json")))
    expectClose(file.digamma.x.map { Double.digamma($0) }, file.digamma.value, within: 4e-15, "ψ")
  }
}
