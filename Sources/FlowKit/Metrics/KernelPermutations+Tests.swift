// The tests that stand on the same permutations: the energy distance, and an MMD that aggregates kernels.

extension KernelPermutations {
  /// The p-values of an energy distance and of an aggregated MMD of two clouds.
  struct Tests {
    let energy, mmd: Double
  }

  static func tests(_ points: PointCloud, _ ways: Relabelling, _ pool: WorkerPool) -> Tests {
    let kernels = aggregatedKernels(points)
    let pass = KernelPermutations(points, [(.distance, 1)] + kernels, ways, pool)
    return Tests(
      energy: Relabelling.p(pass.forms[0].map { -$0 }), mmd: Relabelling.p(pass.aggregated(1...kernels.count)))
  }

  /// Gaussian and Laplace kernels at ten bandwidths each, evenly from half the 5 % quantile of the distances of two points to twice
  /// the 95 % quantile (Biggs, Schrab & Gretton 2023, MMD-FUSE, with |x − y| in both).
  private static func aggregatedKernels(_ points: PointCloud) -> [(kernel: PairKernel, bandwidth: Double)] {
    let (low, high) = distanceQuantiles(points)
    let bandwidths = (0..<10).map { low / 2 + (2 * high - low / 2) * Double($0) / 9 }
    return [PairKernel.gaussian, .laplace].flatMap { kernel in bandwidths.map { (kernel, $0) } }
  }

  /// Of different points, of a thousand of them where there are more: the same for all ways to label them.
  private static func distanceQuantiles(_ points: PointCloud) -> (low: Double, high: Double) {
    let chosen = points.count <= 1_000 ? Array(0..<points.count) : (0..<1_000).map { $0 * points.count / 1_000 }
    var squares: [Double] = []
    squares.reserveCapacity(chosen.count * chosen.count / 2)
    for (place, x) in chosen.enumerated() {
      for y in chosen[..<place] {
        var square = 0.0
        for axis in 0..<points.dimension {
          let difference = points.values[x * points.dimension + axis] - points.values[y * points.dimension + axis]
          square += difference * difference
        }
        if square > 0 { squares.append(square) }
      }
    }
    guard !squares.isEmpty else { return (1, 1) }
    squares.sort()
    func root(_ level: Double) -> Double { squares[Int(level * Double(squares.count - 1))].squareRoot() }
    return (root(0.05), root(0.95))
  }

  /// log mean exp(λ Tₖ/√Nₖ) over kernels, with Tₖ the MMD² whose mean over all ways is 0, Nₖ = mean k² and λ = √(n (n − 1)) for
  /// the smaller sample.
  private func aggregated(_ range: ClosedRange<Int>) -> [Double] {
    let size = Double(max(2, min(ways.first, ways.second)))
    let rate = (size * (size - 1)).squareRoot()
    return (0...ways.permutations).map { way in
      let terms = range.map { kernel in
        let scale = meanSquare[kernel] > 0 ? rate / meanSquare[kernel].squareRoot() : 0
        return scale * (forms[kernel][way] - meanForm(kernel))
      }
      let largest = terms.max()!
      return largest + Double.log(terms.reduce(0) { $0 + Double.exp($1 - largest) } / Double(terms.count))
    }
  }

  /// The mean over all ways of labelling: N(N−1)/N² + M(M−1)/M² − 2 = −1/N − 1/M times the mean kernel.
  private func meanForm(_ kernel: Int) -> Double { -mean[kernel] * (1 / Double(ways.first) + 1 / Double(ways.second)) }
}
