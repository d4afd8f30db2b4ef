import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct TripletTests {
  struct ReferenceCase: Decodable {
    let distance, mining: String
    let margin, loss: Double
    let points, gradient: ReferenceArray
    let labels: [Int]
    let active, all: Int
  }

  /// Loss, gradient and numbers of triplets are those of plain loops over all of them.
  @Test func agreesWithBruteForce() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("triplets.json")
    #expect(cases.count == 4)
    for reference in cases {
      let loss = try tripletLoss(reference.margin, reference.distance, reference.mining)
      let result = loss(reference.points.values, labels: reference.labels)
      #expect(abs(result.value - reference.loss) <= 1e-12)
      #expect(result.active == reference.active && result.all == reference.all)
      expectClose(result.gradient, reference.gradient.values, within: 1e-12, "gradient")
    }
  }

  @Test func tripletsThatAreGiven() {
    let points = [0.0, 0, 3, 4, 1, 0]
    let loss = TripletLoss(margin: 10, distance: .euclidean)
    #expect(loss(points, count: 3, triplets: [(0, 2, 1)]).value == 1 - 5 + 10)
    let none = TripletLoss(margin: 1, distance: .euclidean)(points, count: 3, triplets: [(0, 2, 1)])
    #expect(none.value == 0 && none.active == 0 && none.all == 1 && none.gradient.allSatisfy { $0 == 0 })
    // Points that agree have no slope.
    let same = loss([1, 1, 1, 1, 2, 2], count: 3, triplets: [(0, 1, 2)])
    let areFinite = same.gradient.allSatisfy { $0.isFinite }
    #expect(areFinite)
  }

  private func events(_ labels: (Int) -> Double) throws -> EventArray {
    try EventArray(curve(60), dimension: 4, context: (0..<60).map(labels), contextColumns: ["label"])
  }

  @Test(arguments: TripletLoss.Distance.allCases)
  func theGradientIsThatOfCentralDifferences(distance: TripletLoss.Distance) throws {
    let events = try events { Double($0 % 3) }
    let architecture = try EncoderArchitecture(fitting: events, latents: 2, encoder: "5,activation=tanh", decoder: nil)
    // Every triplet is active, and stays so: where one ceases to be, the mean over the active ones jumps.
    let loss = TripletLoss(margin: 50, distance: distance)
    try expectGradient(
      TripletObjective(architecture, loss), events, at: scattered(architecture.parameterCount, seed: 2))
  }

  @Test func labelsAreChecked() throws {
    func message(_ labels: (Int) -> Double) throws -> String {
      let error = #expect(throws: FlowError.self) {
        try EncoderSetup(
          fitting: events(labels), validation: .none, latents: 2, encoder: "4",
          objective: EncoderObjective("triplet(label=label)"))
      }
      return error?.message ?? ""
    }
    #expect(try message { _ in 1 }.contains("one value alone"))
    #expect(try message { $0 == 5 ? 7 : Double($0 % 2) }.contains("is 7 in one training row alone"))
    #expect(try message { $0 == 5 ? 0.5 : 0 }.contains("the label 'label' is 0.5 in row 5"))
    #expect(throws: FlowError.self) {
      try EncoderSetup(
        fitting: EventArray(curve(60), dimension: 4), latents: 2, objective: EncoderObjective("triplet(label=label)"))
    }
    for text in ["triplet(label=a)", "triplet(label=a,margin=0.5,distance=euclidean,mining=semihard)"] {
      #expect(try EncoderObjective(text).text == text)
    }
    #expect(throws: FlowError.self) { try EncoderObjective("triplet") }
    #expect(throws: FlowError.self) { try EncoderObjective("triplet(label=a,margin=0)") }
  }

  /// Classes that are far apart in one column of small variance, which the others hide: the nearest latent is of the same class.
  @Test func classesComeTogether() throws {
    let (count, numbers) = (300, uniformNumbers(3 * 300, in: -1...1, seed: 9))
    var rows: [Double] = []
    for index in 0..<count {
      let (wide, other, own) = (numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
      rows += [8 * wide, 8 * other, 0.4 * Double(index % 3) + 0.1 * own]
    }
    let events = try EventArray(
      rows, dimension: 3, context: (0..<count).map { Double($0 % 3) }, contextColumns: ["label"])
    let setup = try EncoderSetup(
      fitting: events, validation: .none, latents: 2, encoder: "16",
      objective: EncoderObjective("triplet(label=label,metric=deviations)"),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (30, 60, 0.01) })
    var notes: [String] = []
    let fit = try setup.run(observe: { if case .note(let note) = $0 { notes.append(note) } })
    #expect(notes.count == 30 && notes[0].contains("triplets of the epoch were active"))
    func accuracy(_ points: [Double], _ width: Int) -> Double {
      let right = (0..<count).count { a in
        let nearest = (0..<count).filter { $0 != a }.min { b, c in
          func square(_ other: Int) -> Double {
            (0..<width).reduce(0) { sum, i in
              let difference = points[a * width + i] - points[other * width + i]
              return sum + difference * difference
            }
          }
          return square(b) < square(c)
        }!
        return nearest % 3 == a % 3
      }
      return Double(right) / Double(count)
    }
    #expect(accuracy(rows, 3) < 0.8)
    #expect(accuracy(fit.encoder.latents(of: rows), 2) > 0.95)
  }
}
