import FlowKit
internal import FoundationEssentials

// Laws of the two maps themselves: round trips, plain values, independence, finiteness, coding.

extension Examination {
  /// One map and back: |x′ − x| ≤ c ε (|x| + |J⁻¹| (|z| + |J| |x|)), entry by entry.
  ///
  /// To first order the error of x′ is J⁻¹ times the rounding error of z. The latter is some ε times the terms that
  /// make up z, whose sizes |J| |x| and |z| bound: a shift is at most as large as both together. In one dimension this
  /// is |x| + |z| / |z′| up to a factor of 2.
  mutating func examineRoundTrip(_ there: BijectorProbe.Direction) throws {
    let back: BijectorProbe.Direction = there == .forward ? .inverse : .forward
    let x = inputs(of: there)
    let jacobian = try NumericalJacobian(probe, there, at: x, context: context, by: derivative)
    let returned = try probe.map(back, jacobian.value.values, context: context)
    for event in 0..<count {
      let tolerance = roundTripTolerance(jacobian, event, x)
      for i in 0..<dimension {
        expect(
          Double(returned.values[event * dimension + i]), Double(x[event * dimension + i]),
          within: tolerance[i],
          part: "there by \(there.rawValue)", "event \(event), feature \(i)")
      }
    }
  }

  private func roundTripTolerance(_ jacobian: NumericalJacobian, _ event: Int, _ inputs: [Scalar]) -> [Double] {
    let x = (0..<dimension).map { Double(abs(inputs[event * dimension + $0])) }
    let matrix = jacobian.matrix(event)
    let inverse = matrix.inverted().inverse
    let size = (0..<dimension).map { i in
      (0..<dimension).reduce(Double(abs(jacobian.value.values[event * dimension + i]))) {
        $0 + abs(matrix[i, $1]) * x[$1]
      }
    }
    return (0..<dimension).map { i in
      laws.roundTripFactor * epsilon * (0..<dimension).reduce(x[i]) { $0 + abs(inverse[i, $1]) * size[$1] }
    }
  }

  /// The rounding error of z moves x by a round trip's error, and so the log-determinant by its slope times that.
  mutating func examineInverseLogDeterminant() throws {
    let jacobian = try NumericalJacobian(probe, .forward, at: events, context: context, by: derivative)
    let back = try probe.map(.inverse, jacobian.value.values, context: context)
    for event in 0..<count {
      let forward = jacobian.value.logDeterminants[event]
      let moved = roundTripTolerance(jacobian, event, events).enumerated().reduce(0) {
        $0 + abs(jacobian.logDeterminantSlope(event, $1.offset)) * $1.element
      }
      expect(
        back.logDeterminants[event], -forward,
        within: laws.roundTripFactor * epsilon * (Double(dimension) + abs(forward)) + moved, part: "inverse",
        "event \(event)")
    }
  }

  mutating func examinePlainValue(_ direction: BijectorProbe.Direction) throws {
    let x = inputs(of: direction)
    let plain = try probe.map(direction, x, context: context)
    let (value, _) = probe.pullBack(
      direction, at: x, context: context, values: x, logDeterminants: Array(repeating: 1, count: count))
    expectSameBits(
      value.numbers, plain.numbers, part: "\(direction.rawValue)WithPullback against \(direction.rawValue)")
  }

  mutating func examineFiniteness(_ direction: BijectorProbe.Direction) throws {
    var far: [[Scalar]] = [Array(repeating: 10, count: dimension), Array(repeating: -10, count: dimension)]
    for feature in 0..<dimension {
      for value in [-10, 10] as [Scalar] {
        far.append((0..<dimension).map { $0 == feature ? value : events[$0] })
      }
    }
    let contexts = (0..<(far.count * contextDimension)).map { context[$0 % context.count] }
    let value = try probe.map(direction, Array(far.joined()), context: contexts)
    for number in value.numbers where !number.isFinite {
      expect(number, 0, within: 0, part: direction.rawValue)
    }
  }

  mutating func examineCoding() throws {
    let decoder = JSONDecoder()
    decoder.userInfo[Registry.userInfoKey] = laws.registry
    func decoded<B: Bijector>(_ bijector: B) throws -> any Bijector {
      try decoder.decode(B.self, from: JSONEncoder().encode(bijector))
    }
    let copy = try decoded(bijector)
    guard copy.parameterShapes == bijector.parameterShapes, copy.dimension == dimension else {
      return expect(0, 1, within: 0, part: "shapes after decoding")
    }
    for direction in BijectorProbe.Direction.allCases {
      let again = try BijectorProbe(copy, parameters: probe.parameters).map(
        direction, inputs(of: direction), context: context)
      let original = try probe.map(direction, inputs(of: direction), context: context)
      expectSameBits(again.numbers, original.numbers, part: direction.rawValue)
    }
    expect(copy.structure == bijector.structure ? 1 : 0, 1, within: 0, part: "structure after decoding")
    expect(copy.layerList == bijector.layerList ? 1 : 0, 1, within: 0, part: "layer list after decoding")
  }
}

// MARK: - Independence of events

extension Examination {
  mutating func examineIndependence() throws {
    for direction in BijectorProbe.Direction.allCases {
      try examineIndependence(direction)
    }
  }

  private mutating func examineIndependence(_ direction: BijectorProbe.Direction) throws {
    let differentiable = differentiableDirections.contains(direction)
    let (values, slopes) = (normals(events.count), normals(count))
    /// Everything that belongs to each event, when the events stand in the order `order`.
    func results(_ x: [Scalar], _ context: [Scalar], _ values: [Scalar], _ order: [Int]) throws -> [[Double]] {
      func ordered(_ rows: [Scalar], _ width: Int) -> [Scalar] {
        order.flatMap { rows[($0 * width)..<(($0 + 1) * width)] }
      }
      let (x, context) = (ordered(x, dimension), ordered(context, contextDimension))
      let mapped = try probe.map(direction, x, context: context)
      let gradients =
        differentiable
        ? probe.pullBack(
          direction, at: x, context: context, values: ordered(values, dimension),
          logDeterminants: ordered(slopes, 1)
        ).gradients : nil
      return order.indices.map { event in
        func row(_ rows: [Scalar]?, _ width: Int) -> [Double] {
          rows.map { $0[(event * width)..<((event + 1) * width)].map { Double($0) } } ?? []
        }
        return row(mapped.values, dimension) + [mapped.logDeterminants[event]]
          + row(gradients?.input, dimension) + row(gradients?.context, contextDimension)
      }
    }
    let inOrder = Array(0..<count)
    let original = try results(inputs(of: direction), context, values, inOrder)

    var shuffling = RandomStream(seed: laws.seed, purpose: .shuffle)
    let order = shuffling.permutation(of: count)
    for (place, result) in try results(inputs(of: direction), context, values, order).enumerated() {
      expectSameBits(result, original[order[place]], part: "\(direction.rawValue), in another order")
    }
    for kept in Set([0, 1, count / 2, count - 1]) where kept < count {
      func others(_ rows: [Scalar], _ width: Int) -> [Scalar] {
        rows.indices.map { $0 / max(1, width) == kept ? rows[$0] : 1 - 2 * rows[$0] }
      }
      let result = try results(
        others(inputs(of: direction), dimension), others(context, contextDimension),
        others(values, dimension), inOrder)
      expectSameBits(result[kept], original[kept], part: "\(direction.rawValue), among other events")
    }
  }
}
