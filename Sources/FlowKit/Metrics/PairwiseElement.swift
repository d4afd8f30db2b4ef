internal import CFlowKernels

/// The numbers in which pairs of points are computed: Float or Double, whose kernels the C module names alike.
protocol PairwiseElement: BinaryFloatingPoint, Sendable {
  static func softMaximum(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Self>, rows: Int, _ y: PairColumns<Self>, scores: UnsafePointer<Self>,
    rate: Self, maximum: UnsafeMutablePointer<Double>, sum: UnsafeMutablePointer<Double>)
  static func transportRows(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Self>, scores: UnsafePointer<Self>, rows: Int, _ y: PairColumns<Self>,
    columnScores: UnsafePointer<Self>, values: UnsafePointer<Self>, rate: Self, _ sums: TransportSums)
  static func kernelRows(
    _ kernel: flowkit_pair_kernel, _ bandwidths: [Self], _ x: UnsafePointer<Self>, rows: Int, _ y: PairColumns<Self>,
    weights: UnsafePointer<Self>, leavingOut first: Int?, sum: UnsafeMutablePointer<Double>,
    gradient: UnsafeMutablePointer<Double>?)
}

/// Where the points of columns stand, feature by feature.
struct PairColumns<Element> {
  let base: UnsafePointer<Element>
  let count: Int
  let dimension: Int
}

/// Where the sums of a row go.
struct TransportSums {
  let mass, cost: UnsafeMutablePointer<Double>
  let gradient: UnsafeMutablePointer<Double>?
}

extension Float: PairwiseElement {
  static func softMaximum(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Float>, rows: Int, _ y: PairColumns<Float>,
    scores: UnsafePointer<Float>, rate: Float, maximum: UnsafeMutablePointer<Double>, sum: UnsafeMutablePointer<Double>
  ) {
    flowkit_soft_maximum(cost, x, rows, y.base, scores, y.count, y.dimension, rate, maximum, sum)
  }

  static func transportRows(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Float>, scores: UnsafePointer<Float>, rows: Int,
    _ y: PairColumns<Float>, columnScores: UnsafePointer<Float>, values: UnsafePointer<Float>, rate: Float,
    _ sums: TransportSums
  ) {
    flowkit_transport_rows(
      cost, x, scores, rows, y.base, columnScores, values, y.count, y.dimension, rate, sums.mass, sums.cost,
      sums.gradient)
  }

  static func kernelRows(
    _ kernel: flowkit_pair_kernel, _ bandwidths: [Float], _ x: UnsafePointer<Float>, rows: Int, _ y: PairColumns<Float>,
    weights: UnsafePointer<Float>, leavingOut first: Int?, sum: UnsafeMutablePointer<Double>,
    gradient: UnsafeMutablePointer<Double>?
  ) {
    flowkit_kernel_rows(
      kernel, bandwidths, bandwidths.count, x, rows, y.base, weights, y.count, y.dimension, first ?? noColumn, sum,
      gradient)
  }
}

extension Double: PairwiseElement {
  static func softMaximum(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Double>, rows: Int, _ y: PairColumns<Double>,
    scores: UnsafePointer<Double>, rate: Double, maximum: UnsafeMutablePointer<Double>,
    sum: UnsafeMutablePointer<Double>
  ) {
    flowkit_soft_maximum(cost, x, rows, y.base, scores, y.count, y.dimension, rate, maximum, sum)
  }

  static func transportRows(
    _ cost: flowkit_pair_cost, _ x: UnsafePointer<Double>, scores: UnsafePointer<Double>, rows: Int,
    _ y: PairColumns<Double>, columnScores: UnsafePointer<Double>, values: UnsafePointer<Double>, rate: Double,
    _ sums: TransportSums
  ) {
    flowkit_transport_rows(
      cost, x, scores, rows, y.base, columnScores, values, y.count, y.dimension, rate, sums.mass, sums.cost,
      sums.gradient)
  }

  static func kernelRows(
    _ kernel: flowkit_pair_kernel, _ bandwidths: [Double], _ x: UnsafePointer<Double>, rows: Int,
    _ y: PairColumns<Double>, weights: UnsafePointer<Double>, leavingOut first: Int?,
    sum: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>?
  ) {
    flowkit_kernel_rows(
      kernel, bandwidths, bandwidths.count, x, rows, y.base, weights, y.count, y.dimension, first ?? noColumn, sum,
      gradient)
  }
}

/// So far beyond all columns that no row reaches one from it.
private let noColumn = Int.max
