internal import CFlowKernels

extension GaussianMixture {
  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    z.fill(from: random, by: flowkit_normal_fill)
    var choice = Tile(features: 1, like: z)
    choice.fill(from: random, draw: 1, by: flowkit_uniform_fill)
    let cumulated = (0..<components).map { parameters[cumulatedRange.lowerBound + $0] }
    let chosen = choice.withRow(0) { row in
      row.map { u in cumulated.firstIndex { u < $0 } ?? components - 1 }
    }
    for i in 0..<dimension {
      z.withMutableRow(i) { row in
        for event in row.indices {
          let mean = components + chosen[event] * dimension + i
          row[event] = parameters[mean] + row[event] / parameters[mean + size]
        }
      }
    }
  }

  /// Draws implicitly reparametrised: see `samplePullback(at:_:)`.
  public func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) -> SamplePullback {
    sample(into: &z, parameters, from: random)
    return samplePullback(at: z, parameters)
  }

  /// How draws z move with θ while their distribution functions Fᵢ(zᵢ | z₀ … zᵢ₋₁) stay the same: ∂z/∂θ = −(∂F/∂z)⁻¹ ∂F/∂θ.
  ///
  /// The choice of a component is discrete, and a draw at fixed random numbers would ignore what its weight does. F has
  /// no jumps: Fᵢ = Σₖ rₖ Φ((zᵢ − μₖᵢ) exp(−ℓₖᵢ)) with rₖ the share of component k in the density of z₀ … zᵢ₋₁. Source:
  /// Figurnov, Mohamed & Mnih, "Implicit Reparameterization Gradients" (2018), and Graves, "Stochastic Backpropagation
  /// through Mixture Density Distributions" (2016).
  package func samplePullback(at z: Tile, _ parameters: Parameters) -> SamplePullback {
    { cotangent, gradient in
      cotangent.pullBackMixtureSample(z, parameters, logWeights: logWeightRange.lowerBound, components, &gradient)
    }
  }
}

extension Tile {
  fileprivate func pullBackMixtureSample(
    _ z: Tile, _ parameters: Parameters, logWeights: Int, _ components: Int, _ gradient: inout Gradient
  ) {
    checkShape(z)
    var scratch = Tile(features: (features + 1) * components + features, width: 16, like: self)
    let (means, size) = (parameters.base + components, components * features)
    let gradientOfMeans = gradient.base + components
    flowkit_mixture_sample_pullback(
      z.base, base, parameters.base + logWeights, means, means + size, scratch.mutableBase(),
      gradient.base + logWeights, gradientOfMeans, gradientOfMeans + size, components, features, width)
  }
}
