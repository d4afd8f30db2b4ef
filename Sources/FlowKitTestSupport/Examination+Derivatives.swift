import FlowKit

// Laws of the derivatives. All compare with central differences of ℓ = ⟨r, z⟩ + s log|det|, for each event.

/// Random cotangents: r of the values (N × D) and s of the log-determinants (N).
struct Cotangents {
  var values: [Scalar]
  var logDeterminants: [Scalar]

  /// ℓ of each event.
  func losses(_ value: BijectorProbe.Value) -> [Double] { terms(value) { $0 } }

  /// The size of the terms of ℓ, which bounds its rounding error.
  func sizes(_ value: BijectorProbe.Value) -> [Double] { terms(value) { abs($0) } }

  private func terms(_ value: BijectorProbe.Value, _ transform: (Double) -> Double) -> [Double] {
    let dimension = values.count / logDeterminants.count
    return logDeterminants.indices.map { event in
      (0..<dimension).reduce(transform(Double(logDeterminants[event]) * value.logDeterminants[event])) {
        sum, feature in
        let index = event * dimension + feature
        return sum + transform(Double(values[index]) * Double(value.values[index]))
      }
    }
  }
}

extension Examination {
  /// How far a central difference may be from a derivative, where the terms of the function have the size `size` and
  /// the argument the size `argument`. The 1 stands for intermediate results that do not show.
  func differenceTolerance(size: Double, slope: Slope, argument: Double) -> Double {
    16 * derivative.relativeError * (1 + size + abs(slope.value) * (1 + abs(argument))) + 2
      * slope.uncertainty
  }

  mutating func examineGradients(_ direction: BijectorProbe.Direction) throws {
    // The pullback is linear in its cotangents, so that r alone and s alone show all of it.
    let ofLogDeterminant = law == .logDeterminantGradient
    let none = Array(repeating: Scalar(0), count: ofLogDeterminant ? events.count : count)
    let cotangents =
      ofLogDeterminant
      ? Cotangents(values: none, logDeterminants: normals(count))
      : Cotangents(values: normals(events.count), logDeterminants: none)
    let (value, gradients) = probe.pullBack(
      direction, at: inputs(of: direction), context: context, values: cotangents.values,
      logDeterminants: cotangents.logDeterminants)
    if law == .inputGradient || ofLogDeterminant {
      try compare(gradients.input, dimension, direction, cotangents, value, part: "x") {
        [probe, context] moved in
        try probe.map(direction, moved, context: context)
      }
    }
    if law == .contextGradient || ofLogDeterminant, contextDimension > 0 {
      try compare(gradients.context, contextDimension, direction, cotangents, value, part: "context") {
        [probe, x = inputs(of: direction)] moved in
        try probe.map(direction, x, context: moved)
      }
    }
    if law == .parameterGradient || ofLogDeterminant {
      try compareParameters(gradients.parameters, direction, cotangents, value)
    }
  }

  /// Moves one feature of all events (or contexts) at a time.
  private mutating func compare(
    _ gradient: [Scalar], _ features: Int, _ direction: BijectorProbe.Direction, _ cotangents: Cotangents,
    _ value: BijectorProbe.Value, part: String,
    _ map: ([Scalar]) throws -> BijectorProbe.Value
  ) throws {
    let sizes = cotangents.sizes(value)
    let rows = part == "x" ? inputs(of: direction) : context
    for feature in 0..<features {
      let slopes = try derivative { offset in
        var moved = rows
        for index in stride(from: feature, to: rows.count, by: features) { moved[index] += offset }
        return cotangents.losses(try map(moved))
      }
      for event in 0..<count {
        let index = event * features + feature
        expect(
          Double(gradient[index]), slopes[event].value,
          within: differenceTolerance(
            size: sizes[event], slope: slopes[event], argument: Double(rows[index])),
          part: "\(direction.rawValue), \(part)", "event \(event), feature \(feature)")
      }
    }
  }

  private mutating func compareParameters(
    _ gradient: [Scalar], _ direction: BijectorProbe.Direction, _ cotangents: Cotangents,
    _ value: BijectorProbe.Value
  ) throws {
    let (size, x) = (Double(count) + cotangents.sizes(value).reduce(0, +), inputs(of: direction))
    for index in probe.parameters.indices {
      let slopes = try derivative { offset in
        var moved = probe.parameters
        moved[index] += offset
        let value = try BijectorProbe(bijector, parameters: moved).map(direction, x, context: context)
        return cotangents.losses(value)
      }
      let slope = Slope(sumOf: slopes)
      expect(
        Double(gradient[index]), slope.value,
        within: differenceTolerance(size: size, slope: slope, argument: Double(probe.parameters[index])),
        part: "\(direction.rawValue), parameters", "parameter \(index)")
    }
  }

  /// ⟨Jδ, (r, s)⟩ by one central difference along δ, ⟨δ, Jᵀ(r, s)⟩ by the pullback.
  mutating func examineAdjoint(_ direction: BijectorProbe.Direction) throws {
    let cotangents = Cotangents(values: normals(events.count), logDeterminants: normals(count))
    try compareAlongOneDirection(direction, cotangents, random: nil) { probe, x, context in
      try probe.map(direction, x, context: context)
    }
  }

  /// One random direction δ of x, context and θ together; `map` gives the value at a place near by.
  mutating func compareAlongOneDirection(
    _ direction: BijectorProbe.Direction, _ cotangents: Cotangents, random: EventRandom?,
    _ map: (_ probe: BijectorProbe, _ x: [Scalar], _ context: [Scalar]) throws -> BijectorProbe.Value
  ) throws {
    let shift = (
      x: normals(events.count), context: normals(context.count), parameters: normals(probe.parameters.count)
    )
    func moved(_ start: [Scalar], _ step: [Scalar], _ offset: Scalar) -> [Scalar] {
      zip(start, step).map { $0 + offset * $1 }
    }
    let x = inputs(of: direction)
    // A random direction is longer than a unit step by √(number of arguments).
    let length = Double(1 + probe.parameters.count + dimension + contextDimension).squareRoot()
    let slopes = try derivative { offset in
      let offset = offset / Scalar(length)
      var moving = BijectorProbe(bijector, parameters: moved(probe.parameters, shift.parameters, offset))
      moving.random = random
      let value = try map(moving, moved(x, shift.x, offset), moved(context, shift.context, offset))
      return cotangents.losses(value).map { $0 * length }
    }
    let slope = Slope(sumOf: slopes)
    var here = probe
    here.random = random
    let (value, gradients) = here.pullBack(
      direction, at: x, context: context, values: cotangents.values, logDeterminants: cotangents.logDeterminants)
    let along: [Scalar] = shift.x + shift.context + shift.parameters
    let gradient: [Scalar] = gradients.input + gradients.context + gradients.parameters
    let products = zip(along, gradient).map { (step: Scalar, slope: Scalar) -> Double in
      Double(step) * Double(slope)
    }
    let size = Double(count) + cotangents.sizes(value).reduce(0, +)
    let terms = products.map(\.magnitude).reduce(0, +)
    expect(
      products.reduce(0, +), slope.value,
      within: length * differenceTolerance(size: size + terms, slope: slope, argument: 1),
      part: direction.rawValue)
  }

  /// Pulls back twice, starting from gradients of 0 and of 3: the results differ by 3. Parameters without a use have the
  /// gradient 0.
  mutating func examineAddition(_ direction: BijectorProbe.Direction) {
    let (values, slopes) = (normals(events.count), normals(count))
    func gradients(from start: Scalar) -> BijectorProbe.Gradients {
      probe.pullBack(
        direction, at: inputs(of: direction), context: context, values: values, logDeterminants: slopes,
        startingFrom: start
      ).gradients
    }
    let (zero, three) = (gradients(from: 0), gradients(from: 3))
    let parts = [
      ("context", zero.context, three.context), ("prepared parameters", zero.prepared, three.prepared),
      ("parameters", zero.parameters, three.parameters),
    ]
    for (part, zero, three) in parts {
      let size = 3 + zero.reduce(0) { max($0, Double(abs($1))) }
      for index in zero.indices {
        // The sums over events are at most of the size of the largest gradient, times √N.
        expect(
          Double(three[index]) - Double(zero[index]), 3, within: 16 * Double(count) * epsilon * size,
          part: "\(direction.rawValue), \(part)", "number \(index)")
      }
    }
    for index in probe.unused {
      expect(Double(zero.parameters[index]), 0, within: 0, part: "unused parameters", "number \(index)")
    }
  }
}
