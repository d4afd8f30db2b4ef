import Testing

@testable import FlowKit

@Suite struct RefinementTests {
  /// A model that knows nothing but means and deviations, of a ring.
  private static func ring(_ count: Int, seed: UInt64) throws -> EventArray {
    let (angles, widths) = (try normals(count, seed: seed), try normals(count, seed: seed + 50))
    return try EventArray(
      (0..<count).map { row in
        let (angle, radius) = (100 * angles[row], 2 + 0.2 * widths[row])
        return [radius * Double.cos(angle), radius * Double.cos(angle - .pi / 2)]
      })
  }

  private static func gaussian() -> Model {
    let architecture = Architecture(
      chain: try! Chain([Shift(dimension: 2), Diagonal(dimension: 2)], dimension: 2), base: StandardNormal(dimension: 2)
    )
    // z = exp(s) x, σ = √2.
    let s = Scalar(-Double.log(2) / 2)
    return Model(flow: Flow(architecture: architecture, parameters: [0, 0, s, s]), columns: ["0", "1"])
  }

  /// Trained once for all tests.
  private static let fitted = Result {
    try Refinement.fitted(gaussian(), modelDigest: "digest", to: ring(700, seed: 1), options: quickOptions())
  }

  private let model = RefinementTests.gaussian()
  private let refinement: Refinement
  private let score: Refinement.Score

  init() throws { (refinement, score) = try Self.fitted.get() }

  private func draws(_ count: Int, _ refinement: Refinement?, threads: Int = 2) throws -> (
    rows: [Double], part: Double?
  ) {
    let sampler = try TableSampler(
      model, count: count, context: nil, seed: 5, threads: threads, refinement: refinement)
    var rows: [Double] = []
    try sampler.sample { block in rows += block }
    return (rows, sampler.acceptance)
  }

  @Test func aPoorModelComesNearerToTheData() throws {
    let data = try Self.ring(700, seed: 2)
    let (plain, refined) = (try draws(700, nil), try draws(700, refinement))
    func accuracy(_ rows: [Double]) throws -> Double {
      let result = try Comparison(data, EventArray(rows, dimension: 2), options: quickOptions(permutations: 9))
      return try #require(result.joint.c2st)
    }
    let (before, after) = (try accuracy(plain.rows), try accuracy(refined.rows))
    #expect(before > 0.7 && abs(before - score.accuracy) < 0.1)
    #expect(after < 0.6)
    let part = try #require(refined.part)
    #expect(plain.part == nil && abs(part - refinement.acceptance) < 0.05)
  }

  @Test func fewerAreAPrefixOfMoreForAnyThreads() throws {
    let many = try draws(700, refinement).rows
    #expect(try draws(200, refinement, threads: 1).rows == Array(many[..<400]))
  }

  @Test func isReadAsItWasWritten() throws {
    try withFolder { folder in
      let path = "\(folder)/model.refinement.json"
      try refinement.write(to: path, provenance: ["data": "ring"])
      let read = try Refinement(reading: path)
      #expect(try draws(50, read).rows == draws(50, refinement).rows)
      try read.check(model, digest: "digest", path)
      #expect(throws: FlowError.self) { try read.check(model, digest: "another", path) }
      let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
      let edits = [("\"version\":1", "\"version\":2"), ("\"inputs\":2", "\"inputs\":3"), ("{", "")]
      for (old, new) in edits {
        try AtomicFile.write(Array(text.replacing(old, with: new).utf8), to: path)
        #expect(throws: FlowError.self) { try Refinement(reading: path) }
      }
    }
    #expect(Refinement.path(besideModel: "a/model.h5") == "a/model.refinement.json")
  }

  @Test func fewRowsTrainNothing() throws {
    #expect(throws: FlowError.self) {
      try Refinement.fitted(model, modelDigest: "", to: Self.ring(10, seed: 1), options: quickOptions())
    }
  }

  /// A conditional model draws for the contexts of the rows, and is compared with them in pairs.
  @Test func conditionalModelsAreComparedInPairs() throws {
    let (noise, context) = (try normals(200, seed: 1), try normals(200, seed: 2).map { 5 * $0 })
    let events = try EventArray(
      noise.indices.map { [noise[$0] + context[$0]] }, context: context.map { [$0] }, columns: ["x"],
      contextColumns: ["c"])
    let other = try normals(200, seed: 3)
    let draws = try EventArray(
      other.indices.map { [other[$0] + context[$0]] }, context: context.map { [$0] }, columns: ["x"],
      contextColumns: ["c"])
    var options = quickOptions()
    options.isPaired = true
    let result = try Comparison(events, draws, options: options)
    #expect(result.columns[0].ksMethod == .permutation && !result.differs(at: 0.02))
    // Half a σ of the noise is a tenth of the column's, but pairs show it.
    let shifted = try EventArray(
      other.indices.map { [other[$0] + context[$0] + 0.5] }, context: context.map { [$0] }, columns: ["x"],
      contextColumns: ["c"])
    #expect(try Comparison(events, shifted, options: options).columns[0].ksP < 0.05)
  }
}
