/// The degrees of a masked network's units: a unit of degree m sees the first m inputs and the units of degree ≤ m below; the
/// outputs of position d see the units of degree ≤ d. Units are sorted by degree and the degrees spread evenly.
/// Source: Germain, Gregor, Murray & Larochelle, "MADE" (ICML 2015), section 3.
///
/// With a context some units have degree 0: without them the first position could not depend on the context. Without one
/// a unit of degree 0 would be a constant.
struct UnitDegrees {
  /// The number of inputs that a unit of each degree sees: those before a position.
  let inputPrefixes: [Int]
  let hasContext: Bool

  private var positions: Int { inputPrefixes.count }

  /// The first of `width` units of each degree 0 … D − 1, and the end.
  func starts(_ width: Int) -> [Int] {
    let lowest = hasContext || inputPrefixes[0] > 0 || positions == 1 ? 0 : 1
    let degrees = positions - lowest
    return (0...positions).map { degree in degree < lowest ? 0 : (degree - lowest) * width / degrees }
  }

  /// The first of P outputs for each position, and the end.
  func outputStarts(_ outputsPerInput: Int) -> [Int] { (0...positions).map { $0 * outputsPerInput } }

  /// How many inputs the outputs of each position see behind hidden layers of these widths: those before it, or fewer where
  /// too few units are there to carry them all.
  func visibleInputs(hidden: [Int]) -> [Int] {
    // Of the units of each degree, how many inputs they see.
    var visible = inputPrefixes
    for width in hidden {
      let starts = starts(width)
      var most = 0
      visible = visible.indices.map { [visible] degree in
        if starts[degree] < starts[degree + 1] { most = visible[degree] }
        return most
      }
    }
    return visible
  }
}
