import FlowKit
import FlowKitTestSupport

/// Fits a bijector to pairs (x, z) by least squares: Adam on the gradient that its pullback gives.
struct LeastSquares {
  private(set) var parameters: [Scalar]
  /// The largest |f(x) − z| at the end.
  private(set) var error = Double.infinity

  init(_ layer: any Bijector, start: [Scalar], x: [Scalar], z: [Scalar], steps: Int = 4_000) {
    parameters = start
    let count = x.count / layer.dimension
    var first = [Double](repeating: 0, count: start.count)
    var second = first
    for step in 1...steps {
      let probe = BijectorProbe(layer, parameters: parameters)
      guard let values = try? probe.map(.forward, x).values else { return }
      let residuals = zip(values, z).map { ($0 - $1) / Scalar(count) }
      let gradient = probe.pullBack(
        .forward, at: x, values: residuals, logDeterminants: Array(repeating: 0, count: count)
      ).gradients.parameters
      let rate = 0.05 * (1 - Double(step) / Double(steps))
      for index in parameters.indices {
        let slope = Double(gradient[index])
        first[index] += 0.1 * (slope - first[index])
        second[index] += 0.01 * (slope * slope - second[index])
        parameters[index] -= Scalar(rate * first[index] / (second[index].squareRoot() + 1e-10))
      }
      error = zip(values, z).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
    }
  }
}
