import FlowKit

/// A preprocessing as a function of plain arrays.
struct PreprocessingProbe {
  /// Rows and the log-determinants of the map that led to them.
  struct Rows {
    var values: [Double]
    var logDeterminants: [Double]

    /// One event of rows of `dimension` features.
    func event(_ event: Int, _ dimension: Int) -> Rows {
      Rows(
        values: Array(values[(event * dimension)..<((event + 1) * dimension)]),
        logDeterminants: [logDeterminants[event]])
    }
  }

  let layer: any Preprocessing
  var dimension: Int { layer.dimension }

  /// `start` is what the log-determinants hold before.
  func forward(_ x: [Double], firstEvent: Int = 0, startingFrom start: Double = 0) -> Rows {
    var rows = Rows(values: x, logDeterminants: Array(repeating: start, count: x.count / dimension))
    layer.forward(rows: &rows.values, firstEvent: firstEvent, addingTo: &rows.logDeterminants)
    return rows
  }

  func inverse(_ z: [Double], startingFrom start: Double = 0) -> Rows {
    var rows = Rows(values: z, logDeterminants: Array(repeating: start, count: z.count / dimension))
    layer.inverse(rows: &rows.values, addingTo: &rows.logDeterminants)
    return rows
  }

  func pullBack(_ cotangents: Rows, at x: [Double]) -> [Double] {
    var values = cotangents.values
    layer.pullBack(&values, at: x, logDeterminants: cotangents.logDeterminants)
    return values
  }

  func pullBackInverse(_ cotangents: Rows, at x: [Double]) -> [Double] {
    var values = cotangents.values
    layer.pullBackInverse(&values, at: x, logDeterminants: cotangents.logDeterminants)
    return values
  }

  /// ∂z/∂x of each event, as `pullBack` states it, and ∂log|det|/∂x.
  func jacobians(at x: [Double]) -> (matrices: [SquareMatrix], logDeterminantSlopes: [Double]) {
    let none = Array(repeating: 0.0, count: x.count / dimension)
    let rows = (0..<dimension).map { feature in
      pullBack(Rows(values: x.indices.map { $0 % dimension == feature ? 1 : 0 }, logDeterminants: none), at: x)
    }
    let matrices = none.indices.map { event in
      SquareMatrix(size: dimension) { rows[$0][event * dimension + $1] }
    }
    return (matrices, pullBack(Rows(values: x.map { _ in 0 }, logDeterminants: none.map { _ in 1 }), at: x))
  }

  /// For each value of x = f⁻¹(z), a power of two near |∂xᵢ/∂zᵢ|, by a difference; 1 where that says nothing.
  func units(at x: [Double], _ z: [Double]) -> [Double] {
    guard layer.hasDifferentiableInverse else { return x.map { _ in 1 } }
    var units = x
    let step = 0x1p-9
    for feature in 0..<dimension {
      var moved = z
      let places = stride(from: feature, to: x.count, by: dimension)
      for place in places { moved[place] += step }
      let there = inverse(moved).values
      for place in places {
        let slope = abs(there[place] - x[place]) / step
        units[place] = slope.isNormal ? slope.binade : 1
      }
    }
    return units
  }
}
