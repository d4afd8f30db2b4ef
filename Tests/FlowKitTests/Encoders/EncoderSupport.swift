import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Events near a curve in four columns of different units.
func curve(_ count: Int, seed: UInt64 = 1) -> [Double] {
  let numbers = uniformNumbers(3 * count, in: -1...1, seed: seed)
  return (0..<count).flatMap { row in
    let (t, u, e) = (2 * numbers[3 * row], numbers[3 * row + 1], 0.05 * numbers[3 * row + 2])
    return [3 + t, 2 * t * t + e, -1 + u, t * u - e]
  }
}

/// Expects the gradient of the loss on the first events to be that of central differences.
func expectGradient(
  _ objective: any Objective, _ events: any EventSource, at parameters: [Scalar], every stride: Int = 1,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  func trainer(_ parameters: [Scalar]) throws -> Trainer {
    // Masked weights stay 0.
    var values = parameters
    values.withUnsafeMutableBufferPointer { values in
      for part in objective.subject.layout.parts {
        part.value.clearUnused(UnsafeMutableBufferPointer(rebasing: values[part.parameters]))
      }
    }
    return try Trainer(
      objective, from: values, train: events, options: TrainingOptions { $0.batchSize = events.count }, threads: 1)
  }
  let start = try trainer(parameters)
  let (loss, gradient) = try start.lossAndGradient(start.batch(0, ofEpoch: 0))
  #expect(loss.isFinite && gradient.contains { abs($0) > 1e-3 }, sourceLocation: sourceLocation)
  let isDouble = MemoryLayout<Scalar>.size == 8
  let (step, tolerance) = isDouble ? (1e-5, 1e-6) : (3e-3, 2e-2)
  for index in Swift.stride(from: 0, to: parameters.count, by: isDouble ? stride : 3 * stride) {
    let losses = try [step, -step].map { change in
      var moved = parameters
      moved[index] += Scalar(change)
      let trainer = try trainer(moved)
      return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
    }
    let (difference, got) = ((losses[0] - losses[1]) / (2 * step), Double(gradient[index]))
    let isClose = abs(difference - got) <= tolerance * max(1, abs(difference))
    #expect(isClose, "parameter \(index): \(difference), \(got)", sourceLocation: sourceLocation)
  }
}

/// Parameters of an encoder, all of them of the size of those in training.
func scattered(_ count: Int, seed: UInt64 = 7) -> [Scalar] {
  uniformNumbers(count, in: -0.7...0.7, seed: seed).map { Scalar($0) }
}

func logarithm(_ x: Double) -> Double { Foundation.log(x) }

/// Rows of three columns whose covariance has exactly these deviations along three orthogonal directions.
func orthogonalRows(_ count: Int, deviations: [Double]) throws -> [Double] {
  let numbers = uniformNumbers(3 * count, in: -1...1, seed: 4)
  let means = (0..<3).map { i in (0..<count).reduce(0.0) { $0 + numbers[3 * $1 + i] } / Double(count) }
  func covariance(_ i: Int, _ j: Int) -> Double {
    (0..<count).reduce(0) { $0 + (numbers[3 * $1 + i] - means[i]) * (numbers[3 * $1 + j] - means[j]) } / Double(count)
  }
  // L⁻¹ of the covariance LLᵀ whitens the rows.
  let a = covariance(0, 0).squareRoot()
  let (b, d) = (covariance(1, 0) / a, covariance(2, 0) / a)
  let c = (covariance(1, 1) - b * b).squareRoot()
  let e = (covariance(2, 1) - b * d) / c
  let f = (covariance(2, 2) - d * d - e * e).squareRoot()
  return (0..<count).flatMap { row in
    let x = (0..<3).map { numbers[3 * row + $0] - means[$0] }
    let u = x[0] / a
    let v = (x[1] - b * u) / c
    let w = (x[2] - d * u - e * v) / f
    let s = [deviations[0] * u, deviations[1] * v, deviations[2] * w]
    return [
      (2 * s[0] - s[1] + 2 * s[2]) / 3, (2 * s[0] + 2 * s[1] - s[2]) / 3, (-s[0] + 2 * s[1] + 2 * s[2]) / 3,
    ]
  }
}

/// The loss of a reference case, whose distance and mining are named as in layer lists.
func tripletLoss(_ margin: Double, _ distance: String, _ mining: String) throws -> TripletLoss {
  TripletLoss(
    margin: margin, distance: try #require(TripletLoss.Distance(rawValue: distance)),
    mining: try #require(TripletLoss.Mining(rawValue: mining)))
}
