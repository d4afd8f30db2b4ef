import FlowKit

// Laws that look at the numerical Jacobian as a whole: its determinant and its pattern.

extension Examination {
  mutating func examineLogDeterminant(_ direction: BijectorProbe.Direction) throws {
    let jacobian = try NumericalJacobian(
      probe, direction, at: inputs(of: direction), context: context, by: derivative)
    for event in 0..<count {
      let matrix = jacobian.matrix(event)
      let (inverse, logDeterminant) = matrix.inverted()
      // d log|det J| = Σᵢⱼ (J⁻¹)ⱼᵢ dJᵢⱼ.
      var tolerance = 0.0
      for i in 0..<dimension {
        for j in 0..<dimension {
          tolerance +=
            abs(inverse[j, i])
            * differenceTolerance(
              size: Double(abs(jacobian.value.values[event * dimension + i])),
              slope: jacobian.entry(event, i, j),
              argument: Double(inputs(of: direction)[event * dimension + j]))
        }
      }
      expect(
        jacobian.value.logDeterminants[event], logDeterminant, within: tolerance, part: direction.rawValue,
        "event \(event)")
    }
  }

  /// Compares the declared structure with the Jacobians of all events at three draws of parameters.
  mutating func examineStructure() throws {
    let structure = bijector.structure
    guard structure.dependencies.count == dimension else {
      return expect(
        Double(structure.dependencies.count), Double(dimension), within: 0, part: "rows of dependencies")
    }
    var slopes = SquareMatrix(size: dimension) { _, _ in 0 }
    var bend = 0.0
    // One context for all events: with it, an affine map has the same Jacobian everywhere.
    let oneContext = (0..<context.count).map { context[$0 % contextDimension] }
    for draw in 0..<3 {
      let parameters =
        draw == 0
        ? probe.parameters
        : zip(probe.parameters, normals(probe.parameters.count)).map {
          $0 + Scalar(laws.parameterNoise) * $1
        }
      let jacobian = try NumericalJacobian(
        BijectorProbe(bijector, parameters: parameters), .forward, at: events, context: oneContext,
        by: derivative)
      for event in 0..<count {
        for i in 0..<dimension {
          for j in 0..<dimension {
            let entry = jacobian.entry(event, i, j)
            let error = tolerance(of: jacobian, event, i, j)
            slopes[i, j] = max(slopes[i, j], abs(entry.value) / error)
            bend = max(
              bend,
              abs(entry.value - jacobian.entry(0, i, j).value) / (error + tolerance(of: jacobian, 0, i, j)))
          }
          examineSign(
            structure.diagonalSigns?[i], jacobian.entry(event, i, i).value, "event \(event), feature \(i)")
        }
      }
    }
    examineDependencies(structure, slopes)
    // Numbers of error bars: 1 separates a constant Jacobian from another.
    expect(
      structure.isAffine ? 1 : 0, bend <= 1 ? 1 : 0, within: 0, part: "isAffine",
      "Jacobians differ by \(bend)")
  }

  private func tolerance(of jacobian: NumericalJacobian, _ event: Int, _ i: Int, _ j: Int) -> Double {
    differenceTolerance(
      size: Double(abs(jacobian.value.values[event * dimension + i])), slope: jacobian.entry(event, i, j),
      argument: Double(events[event * dimension + j]))
  }

  private mutating func examineSign(_ declared: Int?, _ slope: Double, _ place: String) {
    guard let declared else { return }
    expect(slope.sign == .minus ? -1 : 1, Double(declared), within: 0, part: "diagonalSigns", place)
  }

  /// `slopes` holds the largest |∂zᵢ/∂xⱼ| met, in numbers of its error bar.
  private mutating func examineDependencies(_ structure: JacobianStructure, _ slopes: SquareMatrix) {
    for i in 0..<dimension {
      for j in 0..<dimension {
        expect(
          structure.dependencies[i].contains(j) ? 1 : 0, slopes[i, j] > 1 ? 1 : 0, within: 0,
          part: "dependencies", "output \(i) on input \(j), whose slope is \(slopes[i, j]) error bars")
      }
    }
  }
}
