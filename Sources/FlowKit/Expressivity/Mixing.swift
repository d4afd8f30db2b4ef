/// Which output of the whole map depends on which input.
public struct Mixing: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// A permuted diagonal.
    case none
    /// Triangular in some order of the features, outputs in theirs.
    case triangular
    case partial
    case full
  }

  public let kind: Kind
  /// Entry (i, j): output i depends on input j.
  public let matrix: BooleanMatrix
  /// The order of the features in which a triangular map is triangular.
  public let order: [Int]?

  init(_ layers: [DeclaredLayer], dimension: Int) {
    var matrix = BooleanMatrix.identity(dimension)
    var isFull = matrix.isFull
    for layer in layers {
      // Every output of an invertible map depends on something: full stays full.
      if isFull { break }
      matrix = matrix.followed(by: layer.structure.pattern)
      isFull = matrix.isFull
    }
    self.matrix = matrix
    if (0..<dimension).allSatisfy({ matrix.count(ofRow: $0) == 1 }) {
      (kind, order) = (.none, nil)
    } else if isFull {
      (kind, order) = (.full, nil)
    } else {
      order = matrix.triangularOrder
      kind = order == nil ? .partial : .triangular
    }
  }

  /// The [output, input] pairs without a dependency.
  public var missing: [[Int]] {
    var pairs: [[Int]] = []
    for i in 0..<matrix.size {
      let columns = Set(matrix.columns(ofRow: i))
      for j in 0..<matrix.size where !columns.contains(j) { pairs.append([i, j]) }
    }
    return pairs
  }
}
