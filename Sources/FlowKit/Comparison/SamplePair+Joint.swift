// All columns together, in units of their standard deviations in both samples.

extension SamplePair {
  /// The classifiers, and the rows that they were trained with.
  struct Classifiers {
    let fit: CrossFit
    let rows: (first: [Int], second: [Int])
  }

  /// So few rows of a sample that a classifier learns nothing.
  private static let leastForClassifier = 20

  func joint() throws(FlowError) -> (Comparison.Joint, Classifiers?) {
    let kept = chosen(atMost: options.rowsForMoments)
    let scales = ColumnScales([first.rows(kept.first), second.rows(kept.second)], width: first.width)
    func clouds(atMost most: Int) -> (x: PointCloud, y: PointCloud) {
      let rows = chosen(atMost: most)
      return (cloud(first.rows(rows.first), scales), cloud(second.rows(rows.second), scales))
    }
    let lines = clouds(atMost: options.rowsForDirections)
    let (seed, threads) = (options.seed, options.threads)
    let slicedW2 = try Wasserstein.sliced(
      lines.x, lines.y, directions: options.directions, seed: seed, threads: threads
    ).distance
    let slicedKS = try KolmogorovSmirnov.sliced(
      lines.x, lines.y, directions: options.directions, seed: seed, threads: threads)
    let pairs = clouds(atMost: options.rowsForPairs)
    let energy = try EnergyDistance.exact(pairs.x, pairs.y, threads: threads)
    var result = Comparison.Joint(slicedW2: slicedW2, slicedKS: slicedKS, energy: energy)
    let tests = KernelPermutations.tests(
      PointCloud(unchecked: pairs.x.values + pairs.y.values, dimension: first.width),
      Relabelling(
        pairs.x.count, pairs.y.count, isPaired: options.isPaired, permutations: options.permutations,
        seed: EventRandom(seed: seed).child(3).seed), pool)
    (result.energyP, result.mmdP) = (tests.energy, tests.mmd)
    if min(pairs.x.count, pairs.y.count) > 1 {
      result.mmd = try MaximumMeanDiscrepancy().squared(pairs.x, pairs.y, threads: threads)
    }
    let moments = clouds(atMost: options.rowsForMoments)
    let frechet = try Wasserstein.extrapolatedGaussianCost(moments.x, moments.y, seed: seed)
    (result.frechet, result.frechetError) = (frechet?.cost, frechet?.standardError)
    let classifiers = classifiers(isTested: true)
    if let fit = classifiers?.fit {
      let test = try ClassifierTest(fit, options, pool)
      (result.c2st, result.c2stError) = (test.accuracy, test.accuracyError)
      (result.auc, result.aucError, result.c2stP) = (test.area, test.areaError, test.p)
    }
    return (result, classifiers)
  }

  private func cloud(_ rows: [Double], _ scales: ColumnScales) -> PointCloud {
    PointCloud(unchecked: scales.standardized(rows), dimension: first.width)
  }

  /// Nil for few rows.
  func classifiers(isTested: Bool) -> Classifiers? {
    guard min(first.kept.count, second.kept.count) >= max(Self.leastForClassifier, options.folds) else { return nil }
    let rows = chosen(atMost: options.rowsForClassifier)
    let fit = CrossFit(
      first.rows(rows.first), second.rows(rows.second), width: first.width, folds: options.folds,
      isPaired: options.isPaired, isTested: isTested, seed: EventRandom(seed: options.seed).child(4).seed, pool)
    return Classifiers(fit: fit, rows: rows)
  }

  /// Of every event of both samples: by the classifier that was trained without its part, or by the mean of all of those that
  /// have not seen it.
  func logRatios(_ classifiers: Classifiers) -> (first: [Double], second: [Double]) {
    var results = (
      CrossFit.meanLogRatios(first.values, by: classifiers.fit.classifiers, pool),
      CrossFit.meanLogRatios(second.values, by: classifiers.fit.classifiers, pool)
    )
    for (part, classifier) in classifiers.fit.classifiers.enumerated() {
      let ratios = classifiers.fit.logRatios(ofPart: part, by: classifier)
      for (row, ratio) in zip(classifiers.fit.parts[part].first, ratios.first) {
        results.0[classifiers.rows.first[row]] = ratio
      }
      for (row, ratio) in zip(classifiers.fit.parts[part].second, ratios.second) {
        results.1[classifiers.rows.second[row]] = ratio
      }
    }
    return results
  }
}
