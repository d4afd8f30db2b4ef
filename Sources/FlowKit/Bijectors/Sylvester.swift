/// z = x + Q R tanh(R̃ Qᵀx + b) with M units: Q (D × M) has orthonormal columns, R and R̃ (M × M) are upper triangular.
///
/// Q is a product of M Householder reflections. The diagonals are r̃ₘ = exp(ℓₘ) and rₘ = kₘ exp(−ℓₘ), with
/// kₘ = 10⁻³ + log(1 + exp(vₘ + c)) − 1 > −0.999 in place of the paper's rₘ r̃ₘ > −1, and
/// log|det| = Σₘ log(1 + kₘ (1 − tanh²)). v = 0 and R's other entries 0, where training starts, are the identity. The inverse
/// goes through the triangle R̃R unit by unit, each a scalar equation solved to rounding (`TanhUnits`). The paper uses
/// this family from base to data; here, as everywhere, forward leads from data to latent. Source: van den Berg, Hasenclever,
/// Tomczak & Welling, "Sylvester Normalizing Flows for Variational Inference" (UAI 2018), sections 3 and 4 (its
/// Householder variant). Layer list: `sylvester(4)`, with M from 1 to D.
public struct Sylvester: TanhUnitLayer {
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

  var units: TanhUnits { TanhUnits(dimension: dimension, count: unitCount) }
  private var reflections: Reflections { Reflections(count: unitCount, dimension: dimension) }
  private var triangle: Triangle { Triangle(dimension: unitCount, isLower: false) }
  /// Two units hold every planar layer; with one, u and w are parallel.
  public var traits: LayerTraits {
    var traits = LayerTraits.smallSteps(lipschitz: nil)
    if unitCount == 1, dimension > 1 { traits.kind = .unknown }
    return traits
  }
  public var layerList: String { "\(Self.layerName)(\(unitCount))" }

  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("reflections", [unitCount, dimension]), ParameterShape("outTriangle", [triangle.count]),
      ParameterShape("inTriangle", [triangle.count]), ParameterShape("logSlope", [unitCount]),
      ParameterShape("gain", [unitCount]), ParameterShape("bias", [unitCount]),
    ]
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let vectors = random.directions(unitCount, dimension: dimension)
    return vectors + Array(repeating: 0, count: parameterCount - vectors.count)
  }

  private var vectors: Range<Int> { 0..<(unitCount * dimension) }
  private var outEntries: Range<Int> { vectors.upperBound..<(vectors.upperBound + triangle.count) }
  private var inEntries: Range<Int> { outEntries.upperBound..<(outEntries.upperBound + triangle.count) }
  private var logSlopes: Range<Int> { inEntries.upperBound..<(inEntries.upperBound + unitCount) }
  private var gains: Range<Int> { logSlopes.upperBound..<(logSlopes.upperBound + unitCount) }
  private var biases: Range<Int> { gains.upperBound..<(gains.upperBound + unitCount) }

  // MARK: Preparation: A = QR, B = R̃Qᵀ, b and T = R̃R

  private struct Factors {
    let form: Reflections.WYForm
    let Q, R, R̃: DenseMatrix
    /// k, the diagonal of R̃R.
    let gains: [Scalar]

    init(_ layer: Sylvester, _ parameters: Parameters) {
      let slopes = parameters.slice(layer.logSlopes).values.map { Double.exp(Double($0)) }
      let gains = parameters.slice(layer.gains).values.map(UnitGain.value)
      form = layer.reflections.form(parameters.slice(layer.vectors))
      Q = form.columns(layer.unitCount)
      R = layer.triangle.matrix(parameters.slice(layer.outEntries)) { Double(gains[$0]) / slopes[$0] }
      R̃ = layer.triangle.matrix(parameters.slice(layer.inEntries)) { slopes[$0] }
      self.gains = gains
    }
  }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    guard let base = prepared.baseAddress else { return }
    let factors = Factors(self, parameters)
    (factors.Q * factors.R).write(to: base + units.outRange.lowerBound)
    (factors.R̃ * factors.Q.transposed).write(to: base + units.inRange.lowerBound)
    (factors.R̃ * factors.R).write(to: base + units.triangleRange.lowerBound)
    for m in 0..<unitCount {
      prepared[units.triangleIndex(m, m)] = factors.gains[m]
      prepared[units.biasRange.lowerBound + m] = parameters[biases.lowerBound + m]
    }
  }

  /// Q̄ = ĀRᵀ + B̄ᵀR̃, and R̄ = QᵀĀ and R̃̄ = B̄Q where they have entries. T̄ has nothing beside its diagonal, k̄.
  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let factors = Factors(self, parameters)
    let (Q, R, R̃) = (factors.Q, factors.R, factors.R̃)
    let Ā = DenseMatrix(preparedGradient.slice(units.outRange), rows: dimension, columns: unitCount)
    let B̄ = DenseMatrix(preparedGradient.slice(units.inRange), rows: unitCount, columns: dimension)
    var Q̄ = Ā * R.transposed
    Q̄.addProduct(B̄.transposed, R̃)
    let (R̄, R̃̄) = (Q.transposed * Ā, B̄ * Q)
    gradient.withSlice(vectors) { reflections.pullBack(columns: Q̄, factors.form, to: &$0) }
    gradient.withSlice(outEntries) { triangle.addGradient(R̄, to: &$0) }
    gradient.withSlice(inEntries) { triangle.addGradient(R̃̄, to: &$0) }
    for m in 0..<unitCount {
      let k̄ = Double(preparedGradient[units.triangleIndex(m, m)]) + R̄[m, m] / R̃[m, m]
      gradient[logSlopes.lowerBound + m] += Scalar(R̃̄[m, m] * R̃[m, m] - R̄[m, m] * R[m, m])
      gradient[gains.lowerBound + m] += Scalar(k̄) * UnitGain.slope(parameters[gains.lowerBound + m])
      gradient[biases.lowerBound + m] += preparedGradient[units.biasRange.lowerBound + m]
    }
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
