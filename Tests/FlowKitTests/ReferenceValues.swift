import FlowKit
import Foundation
import Testing

/// An array of a reference file: row-major values beside their shape.
struct ReferenceArray: Decodable {
  let shape: [Int]
  let values: [Double]

  var scalars: [Scalar] { values.map { Scalar($0) } }
}

/// A file of `Tests/Reference`, made by an independent program.
struct ReferenceFile<Case: Decodable>: Decodable {
  let cases: [Case]

  static func cases(_ name: String) throws -> [Case] {
    try JSONDecoder().decode(Self.self, from: try Data(contentsOf: referenceURL(name))).cases
  }
}

func referenceURL(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Reference/\(name)").standardized
}

/// Expects each number within a relative tolerance of the reference, where 1 stands for numbers smaller than that.
func expectClose(
  _ got: [Double], _ expected: [Double], within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.count == expected.count, "\(what)", sourceLocation: sourceLocation)
  for (index, (got, expected)) in zip(got, expected).enumerated() {
    #expect(
      abs(got - expected) <= tolerance * max(1, abs(expected)),
      "\(what), number \(index): \(got), not \(expected)",
      sourceLocation: sourceLocation)
  }
}

func expectClose(
  _ got: [Scalar], _ expected: ReferenceArray, within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    got.map { Double($0) }, expected.values, within: tolerance, what, sourceLocation: sourceLocation)
}

/// What a few hundred roundings of the element type may add up to.
let referenceTolerance = MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-5
