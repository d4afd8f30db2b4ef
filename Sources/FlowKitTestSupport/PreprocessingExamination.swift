import FlowKit

/// One law of a preprocessing under examination: where to look, and what was found.
struct PreprocessingExamination {
  typealias Rows = PreprocessingProbe.Rows

  let law: PreprocessingLaw
  let probe: PreprocessingProbe
  /// x, with the log-determinants of the inverse, and z = f(x), with those of f.
  let events: Rows
  let images: Rows
  let derivative = NumericalDerivative<Double>(step: nil)
  private(set) var findings: [PreprocessingLawViolation] = []
  private var random: RandomStream

  var dimension: Int { probe.dimension }
  var count: Int { images.logDeterminants.count }
  private static let epsilon = Double.ulpOfOne

  init(_ law: PreprocessingLaw, _ layer: any Preprocessing, _ laws: PreprocessingLaws) {
    var random = RandomStream(seed: laws.seed, purpose: .samples)
    let latent = (0..<(32 * layer.dimension)).map { _ in random.normal() }
    (self.law, probe) = (law, PreprocessingProbe(layer: layer))
    let x = laws.events ?? probe.inverse(latent).values
    images = probe.forward(x)
    events = Rows(values: x, logDeterminants: probe.inverse(images.values).logDeterminants)
    self.random = random
  }

  mutating func run() {
    switch law {
    case .roundTrip: examineRoundTrip()
    case .logDeterminant: examineLogDeterminant()
    case .inverseLogDeterminant: examineInverseLogDeterminant()
    case .addition: examineAddition()
    case .gradient: examineGradient()
    case .inverseGradient: if probe.layer.hasDifferentiableInverse { examineInverseGradient() }
    case .tiles: examineTiles()
    case .eventIndependence: examineIndependence()
    }
  }

  mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in random.normal() } }

  mutating func expect(_ got: Double, _ expected: Double, within tolerance: Double, _ place: String) {
    guard !(abs(got - expected) <= tolerance) else { return }
    findings.append(
      PreprocessingLawViolation(law: law, place: place, got: got, expected: expected, tolerance: tolerance))
  }

  func place(_ index: Int) -> String { "event \(index / dimension), feature \(index % dimension)" }

  // MARK: Both directions

  /// What the rounding of x and of z = f(x) by `epsilon` costs z, x and log|det|, to first order.
  private func roundings(_ epsilon: Double) -> (z: [Double], x: [Double], logDeterminants: [Double]) {
    let (matrices, slopes) = probe.jacobians(at: events.values)
    var (ofZ, ofX, ofLogDeterminants) = (images.values, events.values, images.logDeterminants)
    for event in 0..<count {
      let (jacobian, start, all) = (matrices[event], event * dimension, 0..<dimension)
      let inverse = jacobian.inverted().inverse
      for i in all {
        ofZ[start + i] = all.reduce(epsilon * abs(images.values[start + i])) {
          $0 + epsilon * abs(jacobian[i, $1] * events.values[start + $1])
        }
      }
      for i in all {
        ofX[start + i] = all.reduce(epsilon * abs(events.values[start + i])) {
          $0 + abs(inverse[i, $1]) * ofZ[start + $1]
        }
      }
      ofLogDeterminants[event] = all.reduce(epsilon * (Double(dimension) + abs(images.logDeterminants[event]))) {
        $0 + abs(slopes[start + $1]) * ofX[start + $1]
      }
    }
    return (ofZ, ofX, ofLogDeterminants)
  }

  private mutating func examineRoundTrip() {
    let (back, tolerances) = (probe.inverse(images.values).values, roundings(64 * Self.epsilon).x)
    for index in back.indices { expect(back[index], events.values[index], within: tolerances[index], place(index)) }
  }

  private mutating func examineLogDeterminant() {
    for (event, jacobian) in probe.jacobians(at: events.values).matrices.enumerated() {
      let expected = jacobian.inverted().logDeterminant
      expect(
        images.logDeterminants[event], expected, within: 4096 * Self.epsilon * (Double(dimension) + abs(expected)),
        "event \(event)")
    }
  }

  private mutating func examineInverseLogDeterminant() {
    for (event, tolerance) in roundings(64 * Self.epsilon).logDeterminants.enumerated() {
      expect(events.logDeterminants[event], -images.logDeterminants[event], within: tolerance, "event \(event)")
    }
  }

  private mutating func examineAddition() {
    let there = probe.forward(events.values, startingFrom: 3).logDeterminants
    let back = probe.inverse(images.values, startingFrom: 3).logDeterminants
    for event in 0..<count {
      let tolerance = 16 * Double(dimension) * Self.epsilon * (3 + abs(images.logDeterminants[event]))
      expect(there[event] - images.logDeterminants[event], 3, within: tolerance, "forward, event \(event)")
      expect(back[event] - events.logDeterminants[event], 3, within: tolerance, "inverse, event \(event)")
    }
  }

  // MARK: Tiles and single events

  private mutating func examineTiles() {
    let tolerances = roundings(16 * Double(Scalar.ulpOfOne))
    let tiles = BijectorProbe(probe.layer, parameters: [])
    do {
      let there = try tiles.map(.forward, events.values.map { Scalar($0) })
      let back = try tiles.map(.inverse, images.values.map { Scalar($0) })
      for index in events.values.indices {
        let (z, x) = (Double(there.values[index]), Double(back.values[index]))
        expect(z, images.values[index], within: tolerances.z[index], "forward, \(place(index))")
        expect(x, events.values[index], within: tolerances.x[index], "inverse, \(place(index))")
      }
      for (event, tolerance) in tolerances.logDeterminants.enumerated() {
        let (z, x) = (there.logDeterminants[event], back.logDeterminants[event])
        expect(z, images.logDeterminants[event], within: tolerance, "forward, log-determinant \(event)")
        expect(x, events.logDeterminants[event], within: tolerance, "inverse, log-determinant \(event)")
      }
    } catch {
      expect(.nan, 0, within: 0, "thrown: \(error)")
    }
  }

  private mutating func examineIndependence() {
    let cotangents = Rows(values: normals(events.values.count), logDeterminants: normals(count))
    /// All that belongs to some events.
    func results(_ x: [Double], _ z: [Double], _ cotangents: Rows, firstEvent: Int) -> [Rows] {
      let (there, back) = (probe.forward(x, firstEvent: firstEvent), probe.inverse(z))
      let pulledBack = probe.pullBack(cotangents, at: x)
      return [there, back, Rows(values: pulledBack, logDeterminants: cotangents.logDeterminants)]
    }
    let whole = results(events.values, images.values, cotangents, firstEvent: 0)
    for event in Set([0, 1, count / 2, count - 1]) where event < count {
      func own(_ rows: Rows) -> Rows { rows.event(event, dimension) }
      let alone = results(own(events).values, own(images).values, own(cotangents), firstEvent: event)
      for (part, (got, expected)) in zip(["forward", "inverse", "pullBack"], zip(alone, whole.map(own))) {
        for (got, expected) in zip(got.values + got.logDeterminants, expected.values + expected.logDeterminants) {
          expect(got, expected, within: 0, "\(part), event \(event)")
        }
      }
    }
  }
}
