/// A network that tells the rows of two samples apart: its output f estimates log p_A(x)/p_B(x), that of densities, whatever the
/// numbers of rows (Sugiyama, Suzuki & Kanamori 2012, chapter 4).
///
/// Two hidden layers of 10 D units, 32 to 128, with the logistic loss Σ w log(1 + exp(∓f)), where the rows of both samples weigh the
/// same together. What it knows of columns' scales it has from its training rows.
struct RatioClassifier: Sendable {
  let scales: ColumnScales
  let network: Perceptron
  var parameters: [Scalar]

  /// So far from the middle of the training rows, in σ, all is the same.
  private static let reach = 50.0

  init(scales: ColumnScales, seed: UInt64) {
    let width = scales.means.count
    let units = min(128, max(32, (10 * width + 15) / 16 * 16))
    self.scales = scales
    network = Perceptron(inputs: width, hidden: [units, units], outputs: 1)
    var random = RandomStream(seed: seed, purpose: .parameters)
    parameters = network.initialParameters(using: &random)
  }

  init(scales: ColumnScales, network: Perceptron, parameters: [Scalar]) {
    (self.scales, self.network, self.parameters) = (scales, network, parameters)
  }

  /// What the network is given of some rows.
  func inputs(_ rows: [Double]) -> [Double] {
    scales.standardized(rows).map { min(max($0, -Self.reach), Self.reach) }
  }

  /// log p_A/p_B of each row.
  func logRatios(_ rows: [Double]) -> [Double] {
    let (inputs, width, pool) = (inputs(rows), scales.means.count, TilePool())
    let pass = Pass(Parameters(parameters))
    var result: [Double] = []
    result.reserveCapacity(inputs.count / width)
    for start in stride(from: 0, to: inputs.count, by: Tile.fullWidth * width) {
      let end = min(inputs.count, start + Tile.fullWidth * width)
      let tile = Tile(rows: inputs[start..<end], features: width, count: Tile.fullWidth, pool: pool)
      result += network.forward(tile, pass).rows(count: (end - start) / width)
    }
    return result
  }
}
