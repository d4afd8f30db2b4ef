import FlowKit
import Testing

/// The laws of all objectives on samples.
@Suite struct CriterionTests {
  private static let criteria: [any SampleCriterion] = [
    EnergyCriterion(), EnergyCriterion(statistic: .biased), KernelCriterion(),
    KernelCriterion(MaximumMeanDiscrepancy(kernel: .laplace, statistic: .biased)),
    KernelCriterion(MaximumMeanDiscrepancy(kernel: .inverseMultiquadric, bandwidths: .absolute([0.7]))),
    // In Float sums round, and no plan comes nearer than that.
    SinkhornCriterion(
      Sinkhorn(
        regularization: .relative(0.3), tolerance: MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-4, maximumSweeps: 5_000)),
    SinkhornCriterion(
      Sinkhorn(regularization: .absolute(0.2), tolerance: 1e-12, maximumSweeps: 7), gradient: .unrolled),
    SinkhornCriterion(Sinkhorn(cost: .euclidean, regularization: .absolute(0.4), tolerance: 1e-12, maximumSweeps: 3)),
  ]

  /// Two layers, with and without a context, and with a preprocessing that stretches one axis.
  private func flow(context: Int) throws -> Flow {
    var random = RandomStream(seed: 2, purpose: .architecture)
    let chain = try LayerList(
      "coupling-affine(hidden=5,activation=tanh),autoregressive-affine(hidden=5,activation=tanh)"
    )
    .chain(dimension: 2, contextDimension: context, using: &random)
    let architecture = Architecture(
      chain: chain, base: StandardNormal(dimension: 2),
      preprocessing: [Standardize(means: [1, -2], standardDeviations: [20, 0.5])],
      contextPreprocessing: context > 0 ? [Standardize(means: [0.5], standardDeviations: [3])] : [])
    var flow = Flow(architecture: architecture, seed: 3)
    let noise = uniformNumbers(flow.parameters.count, in: -0.3...0.3, seed: 5)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    return flow
  }

  private func trainer(
    _ flow: Flow, _ criterion: any SampleCriterion, weight: Double, count: Int = 140, threads: Int = 2
  ) throws -> Trainer {
    let context = flow.contextDimension > 0 ? uniformNumbers(count, in: -3...3, seed: 8) : []
    let events = uniformNumbers(2 * count, seed: 1).enumerated().map {
      $0.offset % 2 == 0 ? 20 * $0.element : 0.5 * $0.element
    }
    return try Trainer(
      SampleObjective(flow.architecture, criterion, likelihoodWeight: weight), from: flow.parameters,
      train: EventArray(events, dimension: 2, context: context, weights: uniformNumbers(count, in: 0.5...2, seed: 9)),
      options: TrainingOptions { $0.batchSize = count }, threads: threads)
  }

  @Test(arguments: criteria.indices, [0, 1])
  func gradientsAreThoseOfCentralDifferences(index: Int, context: Int) throws {
    let flow = try flow(context: context)
    let weight = context == 1 ? 0.4 : 0
    let start = try trainer(flow, Self.criteria[index], weight: weight)
    let (loss, gradient) = try start.lossAndGradient(start.batch(0, ofEpoch: 0))
    #expect(loss.isFinite && gradient.contains { abs($0) > 1e-3 })
    let isDouble = MemoryLayout<Scalar>.size == 8
    let (step, tolerance) = isDouble ? (1e-5, 1e-6) : (1e-2, 2e-2)
    for parameter in stride(from: index % 3, to: gradient.count, by: isDouble ? 5 : 13) {
      let losses = try [step, -step].map { change in
        var moved = flow
        moved.parameters[parameter] += Scalar(change)
        guard moved.parameters[parameter] != flow.parameters[parameter] else { return loss }
        let trainer = try trainer(moved, Self.criteria[index], weight: weight)
        return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
      }
      let difference = (losses[0] - losses[1]) / (2 * step)
      #expect(
        abs(difference - Double(gradient[parameter])) <= tolerance * max(1, abs(difference)),
        "\(Self.criteria[index].text), parameter \(parameter): \(difference), \(gradient[parameter])")
    }
  }

  @Test(arguments: criteria.indices) func anyNumberOfThreadsGivesTheSameBits(index: Int) throws {
    let flow = try flow(context: index % 2)
    func result(threads: Int) throws -> (Double, [Scalar]) {
      let trainer = try trainer(flow, Self.criteria[index], weight: 0.1, count: 700, threads: threads)
      return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    }
    let one = try result(threads: 1)
    for threads in [2, 3, 5] {
      let several = try result(threads: threads)
      #expect(several.0 == one.0 && several.1 == one.1, "\(Self.criteria[index].text), \(threads) threads")
    }
  }

  /// Samples and events of one distribution, with one context each: over many batches the mean of the derivative with respect
  /// to a shift and to a scale of the samples is 0 within four standard errors. A V-statistic fails this law.
  @Test(arguments: [true, false]) func theMeanGradientIsZeroWhereDistributionsAgree(isPaired: Bool) throws {
    let (count, batches) = (16, 600)
    func cloud(_ batch: Int, _ stream: UInt64) throws -> PointCloud {
      let noise = try normalCloud(count, dimension: 2, seed: UInt64(batch) * 3 + stream).values
      guard isPaired else { return try PointCloud(noise, dimension: 2) }
      // The second axis is a context, the same in both, on which the first depends.
      let context = try normalCloud(count, dimension: 1, seed: UInt64(batch) * 3 + 2).values
      var rows: [Double] = []
      for point in 0..<count {
        let shift = 2 * context[point]
        rows += [0.5 * noise[2 * point] + shift, context[point]]
      }
      return try PointCloud(rows, dimension: 2)
    }
    let unbiased: [any SampleCriterion] = [
      EnergyCriterion(), KernelCriterion(),
      SinkhornCriterion(Sinkhorn(regularization: .absolute(0.3), tolerance: 1e-2, maximumSweeps: 200)),
    ]
    func slopes(_ criterion: any SampleCriterion) throws -> [(mean: Double, error: Double)] {
      let values = try (0..<batches).map { batch in
        let samples = try cloud(batch, 0)
        let gradient = try criterion.distance(
          SampleBatch(samples: samples, events: cloud(batch, 1), isPaired: isPaired)
        ).gradient
        let shift = stride(from: 0, to: 2 * count, by: 2).reduce(0) { $0 + gradient[$1] }
        let scale = stride(from: 0, to: 2 * count, by: 2).reduce(0) { $0 + gradient[$1] * samples.values[$1] }
        return [shift, scale]
      }
      return (0..<2).map { which in
        let mean = values.reduce(0) { $0 + $1[which] } / Double(batches)
        let squares = values.reduce(0) { $0 + ($1[which] - mean) * ($1[which] - mean) }
        return (mean, (squares / Double(batches - 1) / Double(batches)).squareRoot())
      }
    }
    for criterion in unbiased {
      for (mean, error) in try slopes(criterion) {
        #expect(abs(mean) < 4 * error && error > 0, "\(criterion.text): \(mean) ± \(error)")
      }
    }
    let biased = try slopes(EnergyCriterion(statistic: .biased))[1]
    #expect(abs(biased.mean) > 4 * biased.error, "\(biased)")
  }

  /// On the events' side a row of weight 2 is two rows, exactly. So it is on both sides, where pairs of equals count.
  @Test func weightTwoIsARowTwice() throws {
    let (samples, events) = (
      try normalCloud(12, dimension: 2, seed: 1), try normalCloud(12, dimension: 2, shift: 1, seed: 2)
    )
    func doubled(_ cloud: PointCloud) throws -> (weighted: PointCloud, twice: PointCloud) {
      (
        try PointCloud(cloud.values, dimension: 2, weights: [2] + Array(repeating: 1, count: 11)),
        try PointCloud(Array(cloud.values.prefix(2)) + cloud.values, dimension: 2)
      )
    }
    let tolerance = MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-5
    for statistic in [PairStatistic.unbiased, .biased] {
      let kernel = KernelCriterion(MaximumMeanDiscrepancy(bandwidths: .absolute([0.5, 2]), statistic: statistic))
      for criterion in [EnergyCriterion(statistic: statistic), kernel] as [any SampleCriterion] {
        let (weighted, twice) = try doubled(events)
        let (one, other) = (
          try criterion.distance(SampleBatch(samples: samples, events: weighted)),
          try criterion.distance(SampleBatch(samples: samples, events: twice))
        )
        expectClose(one.gradient, other.gradient, within: tolerance, criterion.text)
        if statistic == .biased { expectClose([one.value], [other.value], within: tolerance, criterion.text) }
      }
    }
  }

  @Test func whatDoesNotConvergeIsSaidOnce() throws {
    let criterion = SinkhornCriterion(Sinkhorn(regularization: .absolute(1e-4), tolerance: 1e-6, maximumSweeps: 2))
    let batch = SampleBatch(
      samples: try normalCloud(200, dimension: 2, seed: 1), events: try normalCloud(200, dimension: 2, seed: 2))
    _ = try criterion.distance(batch)
    let notes = criterion.takeNotes()
    #expect(
      notes.count == 1 && notes[0].hasPrefix("sinkhorn: 4 of 4 transports did not converge in 2 sweeps"), "\(notes)")
    #expect(criterion.takeNotes() == [])
  }
}

@Suite struct FitObjectiveTests {
  @Test func textsAreReadBack() throws {
    for (text, written) in [
      ("likelihood", "likelihood"), ("energy", "energy"), ("energy(statistic=biased)", "energy(statistic=biased)"),
      ("mmd", "mmd"), ("mmd(kernel=laplace, 0.5,2)", "mmd(kernel=laplace,0.5,2.0)"), ("sinkhorn", "sinkhorn"),
      ("sinkhorn(epsilon=0.1,sweeps=200,gradient=unrolled)", "sinkhorn(epsilon=0.1,sweeps=200,gradient=unrolled)"),
      (
        "sinkhorn(relative-epsilon=0.01,tolerance=0.1,cost=euclidean)",
        "sinkhorn(relative-epsilon=0.01,tolerance=0.1,cost=euclidean)"
      ),
      ("wasserstein", "wasserstein"), ("wasserstein(constraint=orthonormal,sort=8)", "wasserstein"),
      ("wasserstein(constraint=clip)", "wasserstein(constraint=clip)"),
      ("wasserstein(constraint=clip,limit=0.1)", "wasserstein(constraint=clip,limit=0.1)"),
      ("wasserstein(constraint=penalty,weight=2)", "wasserstein(constraint=penalty,weight=2.0)"),
      ("wasserstein(sort=5)", "wasserstein(hidden=65x65x65,sort=5)"),
      (
        "wasserstein(hidden=12x6,sort=3,critic-steps=2,critic-rate=0.01,beta1=0.5,beta2=0.99)",
        "wasserstein(hidden=12x6,sort=3,critic-steps=2,critic-rate=0.01,beta1=0.5,beta2=0.99)"
      ),
      ("gan", "gan"), ("gan(loss=saturating)", "gan(loss=saturating)"), ("gan(loss=non-saturating)", "gan"),
      ("gan(constraint=orthonormal)", "gan(constraint=orthonormal)"),
    ] {
      let objective = try FitObjective(text)
      #expect(objective.text == written)
      #expect(try FitObjective(objective.text) == objective)
    }
    #expect(try FitObjective("energy", likelihoodWeight: 0.5).description == "energy + 0.5 likelihood")
    #expect(try FitObjective("energy", likelihoodWeight: 0.5) != FitObjective("energy"))
    #expect(try FitObjective("sinkhorn(epsilon=2)").name == "sinkhorn")
  }

  @Test(arguments: [
    (
      "wishful",
      "unknown objective 'wishful': the objectives are likelihood, energy, mmd, sinkhorn, wasserstein, gan, flow-matching"
    ),
    ("sinkhorn(epsilon=0)", "'epsilon=0' at character 10 of the objective: epsilon takes a number above 0"),
    (
      "sinkhorn(sweeps=1.5)",
      "'sweeps=1.5' at character 10 of the objective: sweeps takes a whole number from 1 to 1000000"
    ),
    (
      "sinkhorn(epsilon=1,relative-epsilon=1)",
      "epsilon and relative-epsilon of sinkhorn are one number; give one of them"
    ),
    (
      "mmd(kernel=cubic)",
      "'kernel=cubic' at character 5 of the objective: kernel takes one of gaussian, laplace, inverse-multiquadric"
    ),
    ("mmd(-1)", "'-1' at character 5 of the objective: mmd takes bandwidths, numbers above 0"),
    ("energy(0.1)", "'0.1' at character 8 of the objective: energy takes no such argument"),
    (
      "wasserstein(constraint=none)",
      "'constraint=none' at character 13 of the objective: constraint takes one of orthonormal, clip, penalty"
    ),
    ("wasserstein(limit=1)", "'limit=1' at character 13 of the objective: wasserstein takes no such argument"),
    (
      "wasserstein(hidden=9)",
      "'hidden=9' at character 13 of the objective: hidden takes widths that 8 divides, such as 16x16"
    ),
    (
      "gan(critic-steps=0)",
      "'critic-steps=0' at character 5 of the objective: critic-steps takes a whole number from 1 to 1000"
    ),
    ("gan(loss=other)", "'loss=other' at character 5 of the objective: loss takes one of non-saturating, saturating"),
    ("energy,mmd", "'energy,mmd' names 2 objectives; give one"),
  ]) func wrongTextsAreOneLine(text: String, message: String) throws {
    let error = #expect(throws: FlowError.self) { try FitObjective(text) }
    #expect(error?.message == message)
  }

  @Test func whatCannotBeTrainedIsSaidBeforehand() throws {
    let architecture = Architecture(
      chain: try Chain([OneWayLayer(), Shift(dimension: 2)], dimension: 2), base: StandardNormal(dimension: 2))
    let error = #expect(throws: FlowError.self) { try FitObjective("energy").objective(for: architecture) }
    #expect(error?.message.contains("layer 0, one-way") == true, "\(error?.message ?? "")")
    var analysis = Expressivity.analyze(architecture)
    analysis.addSampleFindings(of: architecture)
    #expect(analysis.findings.last?.kind == .onlyDensities)
    #expect(analysis.findings.last?.because.contains("layer 0, one-way") == true)
    #expect(throws: FlowError.self) { try FitObjective("energy", likelihoodWeight: -1) }
    #expect(throws: FlowError.self) { try FitObjective("likelihood", likelihoodWeight: 1) }
    let events = try EventArray(uniformNumbers(2 * 9), dimension: 2)
    for (batch, message) in [
      (1, "energy compares pairs of points: it needs 2 events or more at once, but a batch has 1"),
      (512, "energy compares pairs of points: it needs 2 events or more at once, but the validation part has 1"),
    ] {
      let error = #expect(throws: FlowError.self) {
        try TrainingSetup(
          fitting: events, validation: batch == 1 ? .none : .fraction(0.1), layers: "lower",
          options: TrainingOptions { $0.batchSize = batch }, objective: FitObjective("energy"))
      }
      #expect(error?.message == message)
    }
  }
}

private struct OneWayLayer: Bijector {
  static let layerName = "one-way"
  var dimension: Int { 2 }
  var structure: JacobianStructure { .diagonal(2, isAffine: true, signs: [1, 1]) }
  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x), { values, _, _ in values })
  }
  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed { Transformed(z) }
}
