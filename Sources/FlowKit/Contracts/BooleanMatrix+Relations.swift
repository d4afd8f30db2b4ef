// Matrices as relations: closures, orders, relabelling.

extension BooleanMatrix {
  /// Which entries can be reached over any number of steps, none included.
  public var transitiveClosure: BooleanMatrix {
    var closure = self
    for i in 0..<size { closure[i, i] = true }
    while true {
      let next = closure.followed(by: closure)
      if next == closure { return closure }
      closure = next
    }
  }

  public var transposed: BooleanMatrix {
    var result = BooleanMatrix(size: size)
    for i in 0..<size { for j in columns(ofRow: i) { result[j, i] = true } }
    return result
  }

  /// The order of the columns in which each row, taken in the right order, adds exactly one: the matrix is triangular
  /// up to orders of its rows and columns. Nil for others; of several possible columns the smallest comes first.
  public var triangularOrder: [Int]? {
    let uses = transposed
    var unresolved = (0..<size).map { count(ofRow: $0) }
    var resolved = Array(repeating: false, count: size)
    func remaining(_ row: Int) -> Int { columns(ofRow: row).first { !resolved[$0] }! }
    // Rows with one unresolved column, by that column.
    var ready = Set((0..<size).filter { unresolved[$0] == 1 }.map { remaining($0) })
    var order: [Int] = []
    while let column = ready.min() {
      ready.remove(column)
      resolved[column] = true
      order.append(column)
      for row in uses.columns(ofRow: column) {
        unresolved[row] -= 1
        if unresolved[row] == 1 { ready.insert(remaining(row)) }
      }
    }
    return order.count == size ? order : nil
  }

  /// A column for each row, each once, at true entries: where a generic matrix of this pattern has a nonzero diagonal.
  var transversal: [Int]? {
    var columnOf = Array(repeating: -1, count: size)
    var rowOf = Array(repeating: -1, count: size)
    for i in 0..<size where self[i, i] { (columnOf[i], rowOf[i]) = (i, i) }
    for start in 0..<size where columnOf[start] < 0 {
      // Breadth-first search for an augmenting path.
      var cameFrom = Array(repeating: -1, count: size)
      var (queue, head, end) = ([start], 0, -1)
      search: while head < queue.count {
        let row = queue[head]
        head += 1
        for column in columns(ofRow: row) where cameFrom[column] < 0 {
          cameFrom[column] = row
          if rowOf[column] < 0 {
            end = column
            break search
          }
          queue.append(rowOf[column])
        }
      }
      guard end >= 0 else { return nil }
      while end >= 0 {
        let row = cameFrom[end]
        let previous = columnOf[row]
        (columnOf[row], rowOf[end]) = (end, row)
        end = row == start ? -1 : previous
      }
    }
    return columnOf
  }

  /// The pattern of the inverse of a generic matrix of this pattern: with the transversal on the diagonal, entry (i, j)
  /// is nonzero wherever a path leads from i to j (Gilbert 1994, "Predicting structure in sparse matrix computations").
  public var inverted: BooleanMatrix {
    let columnOf = transversal ?? Array(0..<size)
    let identity = Array(0..<size)
    guard columnOf != identity else { return transitiveClosure }
    // A = B Q with B[i, k] = A[i, columnOf[k]]; A⁻¹ = Qᵀ B⁻¹: row columnOf[k] of A⁻¹ is row k of B⁻¹.
    let closure = gathering(rows: identity, columns: columnOf).transitiveClosure
    var rows = identity
    for (k, column) in columnOf.enumerated() { rows[column] = k }
    return closure.gathering(rows: rows, columns: identity)
  }
}

extension BooleanMatrix {
  static func full(_ size: Int) -> BooleanMatrix { intervals(size) { _ in 0..<size } }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  var withoutDiagonal: BooleanMatrix {
    var result = self
    for i in 0..<size { result[i, i] = false }
    return result
  }

  /// Entry (i, j) as (labels[i], labels[j]). Rows that grow one from another are relabelled by what they add.
  func relabelled(_ labels: [Int]) -> BooleanMatrix {
    guard labels != Array(0..<size) else { return self }
    var result = BooleanMatrix(size: size)
    let order = (0..<size).map { (count: count(ofRow: $0), row: $0) }.sorted { $0 < $1 }.map(\.row)
    var previous: Int?
    for row in order {
      let known = previous.flatMap { self.row($0, isSubsetOf: row) ? $0 : nil }
      if let known { result.formUnion(row: labels[row], with: labels[known], of: result) }
      for word in 0..<stride {
        var bits = words[row * stride + word]
        if let known { bits &= ~words[known * stride + word] }
        while bits != 0 {
          result[labels[row], labels[word * 64 + bits.trailingZeroBitCount]] = true
          bits &= bits - 1
        }
      }
      previous = row
    }
    return result
  }

  /// The smallest relation around this one that the permutation maps onto itself.
  func closed(under permutation: [Int]) -> BooleanMatrix {
    guard !isEmpty, permutation != Array(0..<size) else { return self }
    var result = BooleanMatrix(size: size)
    for i in 0..<size {
      for j in columns(ofRow: i) where !result[i, j] {
        var (row, column) = (i, j)
        while !result[row, column] {
          result[row, column] = true
          (row, column) = (permutation[row], permutation[column])
        }
      }
    }
    return result
  }

  /// Whether of any two rows one contains the other's own entry and everything before: a complete triangle in one order.
  var isTotalOrder: Bool { Set((0..<size).map { count(ofRow: $0) }).count == size && triangularOrder != nil }

  /// Each element's class: the smallest element that it reaches and is reached from; self is a transitive closure.
  var classes: [Int] {
    let back = transposed
    return (0..<size).map { i in
      for word in 0..<stride {
        let both = words[i * stride + word] & back.words[i * stride + word]
        if both != 0 { return word * 64 + both.trailingZeroBitCount }
      }
      return i
    }
  }
}
