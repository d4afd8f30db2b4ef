import FlowKit
import FlowKitTestSupport
import Testing

/// Encoders that are trained by triplets of rows.
@Suite struct GivenTripletTests {
  struct ReferenceCase: Decodable {
    let distance, mining: String
    let margin, loss: Double
    let events, means, deviations, parameters, latents, gradient: ReferenceArray
    let triplets: [Int]
    let active: Int
  }

  /// Loss, gradient and number of active triplets are those of plain loops in NumPy.
  @Test func agreesWithBruteForce() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("given-triplets.json")
    #expect(cases.count == 4)
    for reference in cases {
      let loss = try tripletLoss(reference.margin, reference.distance, reference.mining)
      let triplets = stride(from: 0, to: reference.triplets.count, by: 3).map { start in
        (reference.triplets[start], reference.triplets[start + 1], reference.triplets[start + 2])
      }
      let result = loss(reference.latents.values, count: 12, triplets: triplets)
      #expect(abs(result.value - reference.loss) <= 1e-12)
      #expect(result.active == reference.active && result.all == 40)
      // The same through a network, in training.
      let architecture = EncoderArchitecture(
        scaling: Standardize(means: reference.means.values, standardDeviations: reference.deviations.values),
        encoder: try CodeNetwork("5,activation=tanh", inputs: 3, outputs: 2))
      let rows = reference.events.values
      let wide = reference.triplets.flatMap { rows[(3 * $0)..<(3 * $0 + 3)] }
      let trainer = try Trainer(
        GivenTripletObjective(architecture, loss), from: reference.parameters.scalars,
        train: EventArray(wide, dimension: 9), options: TrainingOptions { $0.batchSize = 40 })
      let (value, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
      #expect(abs(value - reference.loss) <= referenceTolerance * max(1, reference.loss))
      expectClose(gradient, reference.gradient, within: 10 * referenceTolerance, "gradient")
    }
  }

  private func triplets(_ rows: [Double]) throws -> RowTriplets { try RowTriplets("t.h5", rows) }

  @Test func numbersAreChecked() throws {
    for (rows, part) in [
      ([], "there are no triplets"), ([0, 1, 2, 0, 1.5, 2], "triplet 1 has 1.5"), ([0, -1, 2], "triplet 0 has -1.0"),
      ([0, .nan, 2], "triplet 0 has nan"), ([3, 4, 3], "names a row twice (3, 4, 3)"),
    ] as [([Double], String)] {
      let error = #expect(throws: FlowError.self) { try triplets(rows) }
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
    func setup(_ rows: [Double], validation: Validation = .none) throws -> EncoderSetup {
      try EncoderSetup(
        fitting: EventArray(curve(60), dimension: 4), validation: validation, latents: 2, encoder: "4",
        objective: EncoderObjective(TripletCriterion(triplets(rows))))
    }
    let beyond = #expect(throws: FlowError.self) { try setup([0, 1, 60]) }
    #expect(beyond?.message == "t.h5: triplet 0 names row 60, but the rows of the events are 0 to 59")
    #expect(throws: FlowError.self) { try setup([0, 1, 2], validation: .fraction(0.99)) }
    for text in ["triplet(triplets=t.h5:/a/b)", "triplet(triplets=t.npy,margin=0.5,distance=euclidean)"] {
      #expect(try EncoderObjective(text).text == text)
    }
    for text in ["triplet(triplets=t.h5,label=a)", "triplet(triplets=t.h5,flow=conditional)"] {
      #expect(throws: FlowError.self) { try EncoderObjective(text) }
    }
    let named = #expect(throws: FlowError.self) {
      try EncoderSetup(
        fitting: EventArray(curve(60), dimension: 4), latents: 2, encoder: "4",
        objective: EncoderObjective("triplet(triplets=t.h5)"))
    }
    #expect(named?.message.contains("are named, but not given") == true)
  }

  /// Rows that belong together by what one column of small variance says, which triplets alone tell: nearest latents agree in it. Rows of
  /// validation are in no triplet that is trained on.
  @Test func rowsComeTogether() throws {
    let (count, numbers) = (300, uniformNumbers(3 * 300, in: -1...1, seed: 9))
    var rows: [Double] = []
    for index in 0..<count {
      let (wide, other, own) = (numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
      rows += [8 * wide, 8 * other, 0.4 * Double(index % 3) + 0.1 * own]
    }
    var random = RandomStream(seed: 2, purpose: .samples)
    func row(_ label: Int) -> Int { 3 * Int(100 * random.uniform()) + label }
    var triplets: [Double] = []
    while triplets.count < 3 * 3_000 {
      let label = Int(3 * random.uniform())
      let three = [row(label), row(label), row((label + 1 + Int(2 * random.uniform())) % 3)]
      if three[0] != three[1] { triplets += three.map { Double($0) } }
    }
    let setup = try EncoderSetup(
      fitting: EventArray(rows, dimension: 3), validation: .fraction(0.1), latents: 2, encoder: "16",
      objective: EncoderObjective(TripletCriterion(RowTriplets("t.h5", triplets)), metric: .deviations),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (10, 60, 0.01) })
    #expect(setup.hasEncoderValidation && setup.train.count == 270)
    var notes: [String] = []
    let fit = try setup.run(observe: { if case .note(let note) = $0 { notes.append(note) } })
    #expect(notes.count == 10 && notes[0].hasSuffix("triplets of the epoch were active"))
    let points = fit.encoder.latents(of: rows)
    let right = (0..<count).count { a in
      let nearest = (0..<count).filter { $0 != a }.min { b, c in
        func square(_ other: Int) -> Double {
          let x: Double = points[2 * a] - points[2 * other]
          let y: Double = points[2 * a + 1] - points[2 * other + 1]
          return x * x + y * y
        }
        return square(b) < square(c)
      }!
      return nearest % 3 == a % 3
    }
    #expect(Double(right) / Double(count) > 0.95, "\(right) of \(count)")
    // The flow is fitted to the rows themselves.
    #expect(try setup.latentSetup(fit.encoder, layers: "lower").train.count == 270)
  }
}
