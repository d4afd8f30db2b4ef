internal import CFlowKernels

/// A cloud as the pairwise kernels take it: its points row by row, and feature by feature with a width that is a multiple of
/// 16. Memory grows with the number of points, never with that of pairs.
struct PairwisePoints<Element: PairwiseElement>: Sendable {
  let count: Int
  let dimension: Int
  let width: Int
  let weights: [Double]
  private let rows: [Element]
  private let columns: [Element]

  /// - Parameter origin: what is subtracted before the coordinates are rounded; the same for clouds that are compared.
  init(_ cloud: PointCloud, origin: [Double]) {
    (count, dimension, weights) = (cloud.count, cloud.dimension, cloud.weights)
    let (count, dimension, width) = (count, dimension, (cloud.count + 15) / 16 * 16)
    self.width = width
    let rows = cloud.values.indices.map { Element(cloud.values[$0] - origin[$0 % dimension]) }
    columns = (0..<(dimension * width)).map { rows[min($0 % width, count - 1) * dimension + $0 / width] }
    self.rows = rows
  }

  /// Two clouds, from the mean of the second.
  static func pair(_ x: PointCloud, _ y: PointCloud) -> (x: PairwisePoints, y: PairwisePoints) {
    let origin = y.mean
    return (PairwisePoints(x, origin: origin), PairwisePoints(y, origin: origin))
  }

  /// A number for each column; what follows is `padding`.
  func columnValues(padding: Element, _ value: (_ point: Int) -> Double) -> [Element] {
    (0..<width).map { $0 < count ? Element(value($0)) : padding }
  }

  /// log Σⱼ exp(hⱼ − rate · C(xᵢ, yⱼ)) of each row.
  func logSums(
    over y: PairwisePoints, scores h: (_ point: Int) -> Double, rate: Double, _ cost: flowkit_pair_cost,
    _ pool: WorkerPool
  ) -> [Double] {
    precondition(y.dimension == dimension, "points of \(dimension) and \(y.dimension) coordinates")
    // The kernel takes powers of 2.
    let ln2 = Double.log(2)
    let (h, binaryRate) = (y.columnValues(padding: -.infinity) { h($0) / ln2 }, rate / ln2)
    var sums: [Double] = []
    let maxima = UnitResults.collect(count, startingWith: 0.0) { maxima in
      sums = UnitResults.collect(count, startingWith: 0.0) { sums in
        forEachUnit(y, pool) { first, rows, x, columns in
          h.withUnsafeBufferPointer { h in
            Element.softMaximum(
              cost, x, rows: rows, columns, scores: h.baseAddress!, rate: Element(binaryRate),
              maximum: maxima.pointer(to: first), sum: sums.pointer(to: first))
          }
        }
      }
    }
    return zip(maxima, sums).map { $0 * ln2 + Double.log($1) }
  }

  /// What rows of weights add up to: with Wᵢⱼ = exp(kᵢ + hⱼ − rate · C(xᵢ, yⱼ)) vⱼ the sums of Wᵢⱼ, of Wᵢⱼ Cᵢⱼ and, where it
  /// is wanted, of Wᵢⱼ ∂Cᵢⱼ/∂xᵢ.
  struct Sums {
    var mass: [Double]
    var cost: [Double]
    /// N × D, or empty.
    var gradient: [Double]
  }

  func transportSums(
    scores k: (_ point: Int) -> Double, over y: PairwisePoints, scores h: (_ point: Int) -> Double,
    values v: ((_ point: Int) -> Double)? = nil, rate: Double, _ cost: flowkit_pair_cost, gradient: Bool,
    _ pool: WorkerPool
  ) -> Sums {
    let rowScores = columnValues(padding: 0, k)
    let columnScores = y.columnValues(padding: -.infinity, h)
    let values = y.columnValues(padding: 0, v ?? { _ in 1 })
    var sums = Sums(mass: [], cost: [], gradient: [])
    // Room for one number where none is wanted: without room nothing would be computed.
    sums.gradient = UnitResults.collect(gradient ? count * dimension : 1, startingWith: 0.0) { gradients in
      sums.cost = UnitResults.collect(count, startingWith: 0.0) { costs in
        sums.mass = UnitResults.collect(count, startingWith: 0.0) { masses in
          forEachUnit(y, pool) { first, rows, x, columns in
            let target = TransportSums(
              mass: masses.pointer(to: first), cost: costs.pointer(to: first),
              gradient: gradient ? gradients.pointer(to: first * columns.dimension) : nil)
            rowScores.withUnsafeBufferPointer { k in
              columnScores.withUnsafeBufferPointer { h in
                values.withUnsafeBufferPointer { v in
                  Element.transportRows(
                    cost, x, scores: k.baseAddress! + first, rows: rows, columns, columnScores: h.baseAddress!,
                    values: v.baseAddress!, rate: Element(rate), target)
                }
              }
            }
          }
        }
      }
    }
    if !gradient { sums.gradient = [] }
    return sums
  }

  /// Σⱼ wⱼ K(xᵢ, yⱼ) of each row and, where it is wanted, its derivative with respect to xᵢ, N × D.
  ///
  /// - Parameter leavingOutDiagonal: row i leaves out column i.
  func kernelSums(
    over y: PairwisePoints, _ kernel: flowkit_pair_kernel, bandwidths: [Double], leavingOutDiagonal: Bool = false,
    gradient: Bool, _ pool: WorkerPool
  ) -> (sums: [Double], gradient: [Double]) {
    let weights = y.columnValues(padding: 0) { y.weights[$0] }
    let bandwidths = bandwidths.map { Element($0) }
    var derivatives: [Double] = []
    let sums = UnitResults.collect(count, startingWith: 0.0) { sums in
      derivatives = UnitResults.collect(gradient ? count * dimension : 1, startingWith: 0.0) { gradients in
        forEachUnit(y, pool) { first, rows, x, columns in
          weights.withUnsafeBufferPointer { weights in
            Element.kernelRows(
              kernel, bandwidths, x, rows: rows, columns, weights: weights.baseAddress!,
              leavingOut: leavingOutDiagonal ? first : nil, sum: sums.pointer(to: first),
              gradient: gradient ? gradients.pointer(to: first * columns.dimension) : nil)
          }
        }
      }
    }
    return (sums, gradient ? derivatives : [])
  }

  /// Some ten microseconds each: enough units for all workers, and none that a sum depends on.
  private func forEachUnit(
    _ y: PairwisePoints, _ pool: WorkerPool,
    _ body: @Sendable (_ first: Int, _ rows: Int, _ x: UnsafePointer<Element>, _ columns: PairColumns<Element>) -> Void
  ) {
    let size = max(1, 32_768 / y.width)
    pool.run(units: (count + size - 1) / size) { _, unit in
      let first = unit * size
      rows.withUnsafeBufferPointer { rows in
        y.columns.withUnsafeBufferPointer { columns in
          body(
            first, min(size, count - first), rows.baseAddress! + first * dimension,
            PairColumns(base: columns.baseAddress!, count: y.width, dimension: dimension))
        }
      }
    }
  }
}
