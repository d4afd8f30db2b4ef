internal import CFlowKernels

// Sorting as an activation (Anil, Lucas & Grosse, "Sorting out Lipschitz function approximation", ICML 2019): unlike an
// element-wise one it keeps the norm of a gradient. Groups of two are MaxMin.

extension Tile {
  /// Adds a bias to each row, then sorts each `size` consecutive rows of every event, the largest first; returns from which
  /// row each value came.
  mutating func sortGroups(of size: Int, bias: Parameters) -> Tile {
    precondition(
      size > 0 && features % size == 0 && bias.count == features,
      "groups of \(size) of \(features) rows, \(bias.count) biases")
    var order = Tile(features: features, like: self)
    flowkit_group_sort(mutableBase(), bias.base, order.mutableBase(), features, size, width)
    return order
  }

  /// Each value back in the row that it came from: the pullback of sorting for the cotangent self.
  func unsorted(by order: Tile) -> Tile {
    checkShape(order)
    var result = Tile(features: features, like: self)
    flowkit_unsort(base, order.base, result.mutableBase(), features, width)
    return result
  }

  /// The rows in the order of others: the derivative of sorting in the direction self.
  func sorted(by order: Tile) -> Tile {
    checkShape(order)
    var result = Tile(features: features, like: self)
    flowkit_sort_alike(base, order.base, result.mutableBase(), features, width)
    return result
  }
}
