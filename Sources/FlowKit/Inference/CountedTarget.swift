internal import Synchronization

/// A target whose failures are counted: a point at which it has no finite value has density 0, log p̃ = −∞ and gradient 0.
final class CountedTarget: Sendable {
  private let target: any TargetDensity
  private let failed = Atomic(0)
  private let evaluated = Atomic(0)

  init(_ target: any TargetDensity) { self.target = target }

  var dimension: Int { target.dimension }
  /// How many points failed, and of how many.
  var failures: (count: Int, of: Int) {
    (failed.load(ordering: .relaxed), evaluated.load(ordering: .relaxed))
  }

  func evaluate(_ points: [Double]) throws(FlowError) -> TargetValues {
    var values = try target.evaluate(points)
    let count = points.count / dimension
    guard values.logDensities.count == count, values.gradients.count == points.count else {
      throw FlowError(
        .data,
        "the target gave \(values.logDensities.count) values and \(values.gradients.count) derivatives for \(count) points of \(dimension) coordinates"
      )
    }
    var failures = 0
    for point in 0..<count {
      let row = (point * dimension)..<((point + 1) * dimension)
      if values.logDensities[point].isFinite, values.gradients[row].allSatisfy(\.isFinite) { continue }
      failures += 1
      values.logDensities[point] = -.infinity
      for index in row { values.gradients[index] = 0 }
    }
    failed.add(failures, ordering: .relaxed)
    evaluated.add(count, ordering: .relaxed)
    return values
  }

  /// The same on all threads of a pool.
  func evaluate(_ points: [Double], on pool: WorkerPool) throws(FlowError) -> TargetValues {
    let (dimension, width) = (dimension, 32)
    let count = points.count / dimension
    let parts = UnitResults.collect(
      (count + width - 1) / width, startingWith: Result<TargetValues, FlowError>?.none
    ) { results in
      pool.run(units: (count + width - 1) / width) { _, unit in
        let range = (unit * width * dimension)..<(min(count, (unit + 1) * width) * dimension)
        do throws(FlowError) {
          results[unit] = .success(try self.evaluate(Array(points[range])))
        } catch {
          results[unit] = .failure(error)
        }
      }
    }
    var all = TargetValues(logDensities: [], gradients: [])
    for part in parts {
      let values = try part!.get()
      all.logDensities += values.logDensities
      all.gradients += values.gradients
    }
    return all
  }
}
