/// z = x + Q R tanh(R̃ Qᵀx + b) with M units: Q (D × M) has orthonormal columns, R and R̃ (M × M) are upper triangular.
///
/// Q is a product of M Householder reflections. The diagonals are r̃ₘ = exp(ℓₘ) and rₘ = kₘ exp(−ℓₘ), with
/// kₘ = 10⁻³ + log(1 + exp(vₘ + c)) − 1 > −0.999 in place of the paper's rₘ r̃ₘ > −1, and
/// log|det| = Σₘ log(1 + kₘ (1 − tanh²)). v = 0 and R's other entries 0, where training starts, are the identity. The inverse
/// goes through the triangle R̃R unit by unit, each a scalar equation solved to rounding (`TanhUnits`). The paper uses
/// this family from base to data; here, as everywhere, forward leads from data to latent. Source: van den Berg, Hasenclever,
/// Tomczak & Welling, "Sylvester Normalizing Flows for Variational Inference" (UAI 2018), sections 3 and 4 (its
/// Householder variant). Layer list: `sylvester(4)`, with M from 1 to D.
public struct Sylvester: InvertiblyDifferentiable {
  public static let layerName = "sylvester"
  public let dimension: Int
  /// M.
  public let unitCount: Int

  private enum CodingKeys: CodingKey { case dimension, unitCount }

  public init(dimension: Int, units: Int) {
    precondition(1...dimension ~= units, "a Sylvester flow has 1 to \(dimension) units, got \(units)")
    (self.dimension, unitCount) = (dimension, units)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      1...dimension ~= unitCount, "\(Self.layerName) has \(unitCount) units for \(dimension) features")
  }

  private var units: TanhUnits { TanhUnits(dimension: dimension, units: unitCount) }
  private var columns: OrthonormalColumns { OrthonormalColumns(dimension: dimension, count: unitCount) }
  public var structure: JacobianStructure { .full(dimension, isAffine: false) }
  /// Two units hold every planar layer; with one, u and w are parallel.
  public var traits: LayerTraits {
    var traits = LayerTraits.smallSteps(lipschitz: nil)
    if unitCount == 1, dimension > 1 { traits.kind = .unknown }
    return traits
  }
  public var weightCount: Int { 2 * dimension * unitCount }
  public var layerList: String { "\(Self.layerName)(\(unitCount))" }

  public var parameterShapes: [ParameterShape] {
    let triangle = unitCount * (unitCount - 1) / 2
    return [
      ParameterShape("reflections", [unitCount, dimension]), ParameterShape("outTriangle", [triangle]),
      ParameterShape("inTriangle", [triangle]), ParameterShape("logSlope", [unitCount]),
      ParameterShape("gain", [unitCount]), ParameterShape("bias", [unitCount]),
    ]
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let vectors = random.directions(unitCount, dimension: dimension)
    return vectors + Array(repeating: 0, count: parameterCount - vectors.count)
  }

  // MARK: Preparation: QR, R̃Qᵀ, b and R̃R

  public var preparedCount: Int? { units.preparedCount }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    let factors = Factors(self, parameters)
    let M = unitCount
    prepared.update(repeating: 0)
    for column in 0..<M {
      for m in 0...column {
        let (r, r̃) = (factors.R[m * M + column], factors.R̃[m * M + column])
        for i in 0..<dimension {
          prepared[i * M + column] += factors.Q[i * M + m] * r
          prepared[units.inRange.lowerBound + m * dimension + i] += r̃ * factors.Q[i * M + column]
        }
        for row in 0...m { prepared[units.triangleIndex(row, column)] += factors.R̃[row * M + m] * r }
      }
      prepared[units.triangleIndex(column, column)] = factors.gains[column]
      prepared[units.biasRange.lowerBound + column] = parameters[parameterCount - M + column]
    }
  }

  /// Q̄ = ĀRᵀ + B̄ᵀR̃, and the upper triangles of R̄ = QᵀĀ and of B̄Q. T̄ has nothing beside its diagonal, k̄.
  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let factors = Factors(self, parameters)
    let (M, Q) = (unitCount, factors.Q)
    var Q̄ = [Scalar](repeating: 0, count: dimension * M)
    for row in 0..<M {
      for column in row..<M {
        var (r̄, r̃̄): (Scalar, Scalar) = (0, 0)
        for i in 0..<dimension {
          let out̄ = preparedGradient[i * M + column]
          let in̄ = preparedGradient[units.inRange.lowerBound + row * dimension + i]
          r̄ += Q[i * M + row] * out̄
          r̃̄ += in̄ * Q[i * M + column]
          Q̄[i * M + row] += out̄ * factors.R[row * M + column]
          Q̄[i * M + column] += in̄ * factors.R̃[row * M + column]
        }
        add(r̄, r̃̄, row, column, factors, parameters, preparedGradient, to: &gradient)
      }
    }
    let vectors = columns.pullBack(factors.vectors, Q, Q̄)
    for index in vectors.indices { gradient[index] += vectors[index] }
    for m in 0..<M {
      gradient[parameterCount - M + m] += preparedGradient[units.biasRange.lowerBound + m]
    }
  }

  /// The gradients of one place of R and R̃.
  private func add(
    _ r̄: Scalar, _ r̃̄: Scalar, _ row: Int, _ column: Int, _ factors: Factors, _ parameters: Parameters,
    _ preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let place = row * unitCount + column
    guard row == column else {
      gradient[triangleIndex(row, column)] += r̄
      gradient[triangleIndex(row, column) + unitCount * (unitCount - 1) / 2] += r̃̄
      return
    }
    let k̄ = preparedGradient[units.triangleIndex(row, row)] + r̄ / factors.R̃[place]
    gradient[tail + row] += r̃̄ * factors.R̃[place] - r̄ * factors.R[place]
    gradient[tail + unitCount + row] += k̄ * UnitGain.slope(parameters[tail + unitCount + row])
  }

  /// Where ℓ starts.
  private var tail: Int { parameterCount - 3 * unitCount }
  /// Where R's entry beside the diagonal stands, rows in order.
  private func triangleIndex(_ row: Int, _ column: Int) -> Int {
    unitCount * dimension + row * unitCount - row * (row + 1) / 2 + column - row - 1
  }

  private struct Factors {
    let vectors, Q, gains: [Scalar]
    var R, R̃: [Scalar]

    init(_ layer: Sylvester, _ parameters: Parameters) {
      let M = layer.unitCount
      vectors = (0..<(M * layer.dimension)).map { parameters[$0] }
      Q = layer.columns.matrix(vectors)
      gains = (0..<M).map { UnitGain.value(parameters[layer.tail + M + $0]) }
      R = Array(repeating: 0, count: M * M)
      R̃ = R
      for row in 0..<M {
        let slope = Scalar.exp(parameters[layer.tail + row])
        (R[row * M + row], R̃[row * M + row]) = (gains[row] / slope, slope)
        for column in (row + 1)..<max(M, row + 1) {
          let index = layer.triangleIndex(row, column)
          R[row * M + column] = parameters[index]
          R̃[row * M + column] = parameters[index + M * (M - 1) / 2]
        }
      }
    }
  }

  // MARK: The map

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    units.forwardWithPullback(x, pass.parameters)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    units.inverse(z, pass.parameters)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    units.inverseWithPullback(z, pass.parameters)
  }
}

extension Sylvester: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let dimension = arguments.dimension
    let units = try arguments.number(
      "units", positional: true, default: Double(min(4, dimension)), "a whole number from 1 to \(dimension)"
    ) { $0 == $0.rounded() && 1...Double(dimension) ~= $0 }
    return Sylvester(dimension: dimension, units: Int(units))
  }
}
