extension NeuralODE {
  /// One step of each event: where it begins, and how long it is; 0 where an event takes fewer steps than others.
  struct Step {
    var start: Tile
    var time: Tile
    var size: Tile
  }

  struct Solution {
    let value: Transformed
    /// In the order in which they were taken, if they were recorded.
    let steps: [Step]
    /// How many steps each event took.
    let stepCounts: [Int]
    /// How often f was evaluated for the tile.
    let evaluations: Int
    /// The first event that is finite and has no solution.
    let failedEvent: Int?
  }

  /// Follows each event through all of the interval.
  ///
  /// - Parameter probes: of ``VelocityPass``.
  func solve(
    _ start: Tile, _ direction: StepControl.Direction, _ pass: Pass, along probes: Tile?, recording: Bool = false
  ) -> Solution {
    var control = StepControl(direction, events: start.width)
    var record = StepRecord(start)
    // x, and the integral of the trace below.
    var state = Tile(features: dimension + 1, like: start, filledWith: 0)
    state.write(start, toRow: 0)
    var first = rate(state, at: control.times(like: start), pass, probes)
    var evaluations = 1
    while !control.isDone {
      let (time, size) = (control.times(like: start), control.steps(like: start))
      var rates = [first]
      var end = state
      for stage in 1..<DormandPrince.nodes.count {
        end = state.advanced(by: size, along: rates, DormandPrince.couplings[stage])
        rates.append(rate(end, at: time.advanced(by: size, DormandPrince.nodes[stage]), pass, probes))
      }
      evaluations += DormandPrince.nodes.count - 1
      let accepted = control.advance(errors(from: state, to: end, size, rates))
      if recording { record.add(state, time, size, where: accepted) }
      state.replaceEvents(where: accepted, by: end)
      first.replaceEvents(where: accepted, by: rates.last!)
    }
    state.fillEvents(where: control.failed, with: .nan)
    return Solution(
      value: Transformed(
        state.copy(ofRows: 0..<dimension), LogDeterminant(perEvent: state.copy(ofRows: dimension..<(dimension + 1)))),
      steps: record.steps, stepCounts: control.counts, evaluations: evaluations,
      failedEvent: control.failed.indices.first { event in
        control.failed[event] && (0..<dimension).allSatisfy { start[$0, event].isFinite }
      })
  }

  /// f, and the trace of its Jacobian below.
  private func rate(_ state: Tile, at time: Tile, _ pass: Pass, _ probes: Tile?) -> Tile {
    let velocity = VelocityPass(
      field, at: state.rows(0..<dimension), field.pass(at: time, pass), along: probes)
    var rate = Tile(features: dimension + 1, like: state)
    rate.write(velocity.output, toRow: 0)
    rate.write(velocity.trace, toRow: dimension)
    return rate
  }

  /// The estimated error of each event's step, as a root mean square in units of the tolerance.
  private func errors(from start: Tile, to end: Tile, _ size: Tile, _ rates: [Tile]) -> [Double] {
    var difference = Tile(features: start.features, like: start, filledWith: 0)
    difference = difference.advanced(by: size, along: rates, DormandPrince.errors)
    var sums = [Double](repeating: 0, count: start.width)
    for row in 0..<start.features {
      for event in sums.indices {
        let magnitude = Double(max(abs(start[row, event]), abs(end[row, event])))
        let ratio = Double(difference[row, event]) / (tolerance * (1 + magnitude))
        sums[event] += ratio * ratio
      }
    }
    return sums.map { ($0 / Double(start.features)).squareRoot() }
  }

  // MARK: Back through the steps

  /// Adds the gradient of ⟨values, end⟩ + ⟨logDeterminant, integral⟩; returns that with respect to the start.
  ///
  /// With yᵢ = y + h Σⱼ aᵢⱼ kⱼ and y′ = y + h Σ bᵢ kᵢ, in reverse: k̄ᵢ = h (bᵢ ȳ′ + Σⱼ aⱼᵢ ȳⱼ), ȳᵢ is what f and, h bᵢ times,
  /// its trace make of that at yᵢ, and ȳ = ȳ′ + Σ ȳᵢ.
  func pullBack(
    _ steps: [Step], _ values: consuming Tile, _ logDeterminant: Tile, _ pass: Pass, along probes: Tile?,
    _ gradient: inout Gradient
  ) -> Tile {
    let end = values
    return field.pullingBack(&gradient, like: end) { gradient in
      var cotangent = end
      for step in steps.reversed() { pullBack(step, &cotangent, logDeterminant, pass, probes, &gradient) }
      return cotangent
    }
  }

  private func pullBack(
    _ step: Step, _ cotangent: inout Tile, _ logDeterminant: Tile, _ pass: Pass, _ probes: Tile?,
    _ gradient: inout Gradient
  ) {
    // The seventh stage has no weight.
    let stages = 0..<(DormandPrince.nodes.count - 1)
    let seen = stages.map { field.pass(at: step.time.advanced(by: step.size, DormandPrince.nodes[$0]), pass) }
    var (points, rates) = ([step.start], [Tile]())
    for stage in stages.dropFirst() {
      rates.append(field(points[stage - 1], seen[stage - 1]))
      points.append(step.start.advanced(by: step.size, along: rates, DormandPrince.couplings[stage]))
    }
    var ofPoints = [Tile?](repeating: nil, count: stages.count)
    for stage in stages.reversed() {
      let weight = DormandPrince.weights[stage]
      var ofRate = Tile(features: dimension, like: cotangent, filledWith: 0)
      ofRate.add(cotangent, scaledBy: Scalar(weight))
      for later in stages where later > stage {
        ofRate.add(ofPoints[later]!, scaledBy: Scalar(DormandPrince.couplings[later][stage]))
      }
      ofRate.scaleEvents(by: step.size)
      guard weight != 0 else {
        let tangents = field.tangents(at: points[stage], seen[stage])
        ofPoints[stage] = tangents.pullBack(ofRate, directions: nil, &gradient)
        continue
      }
      var ofTrace = logDeterminant
      ofTrace.scaleEvents(by: step.size)
      ofPoints[stage] = VelocityPass(field, at: points[stage], seen[stage], along: probes).pullBack(
        ofRate, trace: ofTrace.mapped { $0 * Scalar(weight) }, &gradient)
    }
    for point in ofPoints { cotangent.add(point!) }
  }
}

/// The steps of all events of a tile, the first of each together, then the second, and so on.
private struct StepRecord {
  private let start: Tile
  private var counts: [Int]
  private(set) var steps: [NeuralODE.Step] = []

  init(_ start: Tile) {
    self.start = start
    counts = Array(repeating: 0, count: start.width)
  }

  mutating func add(_ state: Tile, _ time: Tile, _ size: Tile, where accepted: [Bool]) {
    for event in counts.indices where accepted[event] {
      let index = counts[event]
      if index == steps.count {
        let none = Tile(features: 1, like: start, filledWith: 0)
        steps.append(NeuralODE.Step(start: start, time: none, size: none))
      }
      for row in 0..<start.features { steps[index].start[row, event] = state[row, event] }
      steps[index].time[0, event] = time[0, event]
      steps[index].size[0, event] = size[0, event]
      counts[event] += 1
    }
  }
}

extension Tile {
  /// self + h Σⱼ aⱼ kⱼ, h one row; some first rows of each k.
  fileprivate func advanced(by h: Tile, along k: [Tile], _ a: [Double]) -> Tile {
    var sum = Tile(features: features, like: self, filledWith: 0)
    for (rate, coefficient) in zip(k, a) where coefficient != 0 { sum.add(rate, scaledBy: Scalar(coefficient)) }
    var result = self
    result.add(sum, scaledByEvents: h)
    return result
  }

  /// self + a h, both one row.
  fileprivate func advanced(by h: Tile, _ a: Double) -> Tile {
    var result = self
    result.add(h, scaledBy: Scalar(a))
    return result
  }

  fileprivate mutating func replaceEvents(where chosen: [Bool], by other: Tile) {
    checkShape(other)
    for row in 0..<features {
      other.withRow(row) { other in
        withMutableRow(row) { own in
          for event in own.indices where chosen[event] { own[event] = other[event] }
        }
      }
    }
  }

  fileprivate mutating func fillEvents(where chosen: [Bool], with value: Scalar) {
    for row in 0..<features {
      for event in chosen.indices where chosen[event] { self[row, event] = value }
    }
  }
}
