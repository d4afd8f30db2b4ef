extension Registry {
  /// FlowKit's own: a line adds a layer, a scalar map with the layers that it makes, a base, or a network.
  public static let standard = Registry()
    .adding(Diagonal.self)
    .adding(Shift.self)
    .adding(LowerTriangular.self)
    .adding(UpperTriangular.self)
    .adding(LU.self)
    .adding(PLU.self)
    .adding(QR.self)
    .adding(Householder.self)
    .adding(ActNorm.self)
    .adding(LeakyReLU.self)
    .adding(PReLU.self)
    .adding(Permutation.self)
    .adding(map: ShiftMap.self)
    .adding(map: AffineMap.self)
    .adding(map: RationalQuadraticSpline.self)
    .adding(map: CircularSpline.self)
    .adding(map: SmoothLeakyReLU.self)
    .adding(map: SumOfSquares.self)
    .adding(map: BernsteinPolynomial.self)
    .adding(map: DeepSigmoid.self)
    .adding(Autoregressive<CategoryMap>.self)
    .adding(Monotone.self)
    .adding(Residual.self)
    .adding(NeuralODE.self)
    .adding(Planar.self)
    .adding(Radial.self)
    .adding(Sylvester.self)
    .adding(Inverted.self)
    .adding(Chain.self)
    .adding(Standardize.self)
    .adding(RobustScaling.self)
    .adding(Arcsinh.self)
    .adding(Whiten.self)
    .adding(Bounded.self)
    .adding(Circular.self)
    .adding(CategoryIndex.self)
    .adding(Dequantize.self)
    .adding(base: StandardNormal.self)
    .adding(base: Gaussian.self)
    .adding(base: StudentT.self)
    .adding(base: GaussianMixture.self)
    .adding(base: StudentTMixture.self)
    .adding(base: Uniform.self)
    .adding(base: Laplace.self)
    .adding(base: Logistic.self)
    .adding(base: ProductBase.self)
    .adding(Perceptron.self)
    .adding(ResidualPerceptron.self)
    .adding(MaskedPerceptron.self)
    .adding(MaskedResidualPerceptron.self)

  /// This registry and the coupling, autoregressive and element-wise layers of a scalar map.
  public func adding<Map: ScalarMap>(map: Map.Type) -> Registry {
    adding(Coupling<Map>.self).adding(Autoregressive<Map>.self).adding(Elementwise<Map>.self)
  }

  /// This registry and the kinds of a layer, of those inside it, and of their networks.
  func adding(kindsOf layer: any Bijector) -> Registry {
    let inner = (layer as? Chain)?.layers ?? (layer as? Inverted).map { [$0.base] } ?? []
    let network = (layer as? any NetworkHolder)?.heldNetwork ?? (layer as? any Conditioned)?.network
    let own = adding(type(of: layer))
    return inner.reduce(network.map { own.adding(type(of: $0)) } ?? own) { $0.adding(kindsOf: $1) }
  }

  /// This registry and the kinds of a base and of its parts.
  func adding(kindsOf base: any BaseDistribution) -> Registry {
    let parts = (base as? ProductBase)?.parts ?? []
    return parts.reduce(adding(base: type(of: base))) { $0.adding(kindsOf: $1) }
  }
}
