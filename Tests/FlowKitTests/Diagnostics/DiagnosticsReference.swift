import Foundation

/// Values by NumPy, SciPy and contourpy (Tests/Reference/make_diagnostics_values.py), and the points they are of.
struct DiagnosticsReference: Decodable {
  struct Histogram: Decodable {
    let densities, errors: [Double]
    let outside: Double
  }
  struct Column: Decodable {
    let parts, quantiles, plain: [Double]
    let effective, twoSample, weighted, normal: Double
  }
  struct Latents: Decodable {
    let mean, deviation, skewness, kurtosis, distance: [Double]
    let radius, correlation: Double
  }
  struct Line: Decodable {
    let count: Int
    let length, area: Double
  }
  struct Density: Decodable {
    let smooth, levels: [Double]
    let lines: [Line]
  }

  let histogram: Histogram
  let column: Column
  let latents: Latents
  let density: Density

  static func read() throws -> DiagnosticsReference {
    try JSONDecoder().decode(Self.self, from: Data(contentsOf: referenceURL("diagnostics.json")))
  }

  static let x = (1...200).map { sin(Double($0)) + 0.1 * Double($0 % 7) }
  static let y = (1...200).map { cos(2 * Double($0)) + 0.3 * x[$0 - 1] }
  static let weights = (1...200).map { 1 + Double($0 % 3) }
}

extension DiagnosticsReference {
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
}
