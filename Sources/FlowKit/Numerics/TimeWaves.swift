internal import CFlowKernels

extension Tile {
  /// The rows of `context`, then cos πt, sin πt, cos 2πt, … up to `count` frequencies, of these times (one row).
  func withTimeWaves(_ count: Int, after context: Tile?) -> Tile {
    precondition(features == 1, "one row of times, got \(features)")
    let first = context?.features ?? 0
    var result = Tile(features: first + 2 * count, like: self)
    if let context { result.write(context, toRow: 0) }
    flowkit_time_waves(base, result.mutableBase() + first * width, count, width)
    return result
  }
}
