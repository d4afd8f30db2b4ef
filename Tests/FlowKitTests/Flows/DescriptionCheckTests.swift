import FlowKit
import Foundation
import Testing

/// What may stand in an edited model's architecture: an error, or a model that can be used, and never a trap.
@Suite struct DescriptionCheckTests {
  /// Every place of the JSON text of every kind of layer, base and preprocessing is changed, in processes of their own.
  @Test(.timeLimit(.minutes(5)), arguments: 0..<3) func everyEditIsAnErrorOrAModel(third: Int) async {
    await #expect(processExitsWith: .success) { [third] in
      let all = try describedArchitectures()
      for architecture in stride(from: third, to: all.count, by: 3).map({ all[$0] }) {
        let model = Model(
          flow: Flow(architecture: architecture), columns: ["x", "y", "w"],
          contextColumns: (0..<architecture.contextDimension).map { "c\($0)" })
        let json = try JSONSerialization.jsonObject(with: Data(try architecture.jsonText().utf8))
        var (errors, models) = (0, 0)
        for edited in edits(of: json) {
          let text = try String(decoding: JSONSerialization.data(withJSONObject: edited), as: UTF8.self)
          if try isError(text, model) { errors += 1 } else { models += 1 }
        }
        #expect(errors > 10 && models > 0, "\(architecture.layerList): \(errors) errors, \(models) models")
      }
    }
  }

  @Test func coversEveryKind() throws {
    let texts = try describedArchitectures().map { try $0.jsonText() }
    for name in Registry.standard.layerNames + Registry.standard.baseNames {
      #expect(texts.contains { $0.contains("\"kind\":\"\(name)\"") }, "\(name)")
    }
  }

  @Test(arguments: [
    (
      #""dimension":3,"layers""#, #""dimension":2,"layers""#, "layer 0, actnorm, maps 3 features, but the events have 2"
    ),
    (#""indices":[1,0,2]"#, #""indices":[1,1,2]"#, "permute has no permutation of 3 indices"),
    (#""indices":[1,0,2]"#, #""indices":[1,0,2,3]"#, "maps 4 features, but the events have 3"),
    (#""signs":[1,-1,1]"#, #""signs":[1,0,1]"#, "diagonal has signs that are neither 1 nor -1"),
    (#""count":2"#, #""count":-2"#, "the list of reflections of householder has a size of -2"),
    (#""determinantSign":-1"#, #""determinantSign":0"#, "qr has signs that are neither 1 nor -1"),
    (#""slope":0.2"#, #""slope":-0.2"#, "a slope of leaky-relu is -0.2"),
    (
      #""covariance":"full","dimension":3"#, #""covariance":"full","dimension":4"#,
      "the base has 4 features, but the chain 3"
    ),
  ])
  func saysWhatIsInconsistent(old: String, new: String, expected: String) throws {
    let architecture = try describedArchitectures()[0]
    let text = try architecture.jsonText()
    try #require(text.contains(old), "\(text)")
    let model = Model(flow: Flow(architecture: architecture), columns: ["x", "y", "w"])
    try withFolder { folder in
      let path = "\(folder)/model.h5"
      try EditedModel(architecture: text.replacing(old, with: new)).write(model, to: path)
      let said = message { () throws(FlowError) in _ = try Model(reading: path, acceptingEdited: true) }
      #expect(said?.hasPrefix("\(path): ") == true && said?.contains(expected) == true, "\(said ?? "read")")
    }
  }
}

private func describedArchitectures() throws -> [Architecture] {
  func base(_ text: String) throws -> any BaseDistribution { try Registry.standard.base(text, dimension: 3) }
  func chain(_ layers: String, context: Int = 0, kinds: [FeatureKind]? = nil) throws -> Chain {
    var random = RandomStream(seed: 1, purpose: .architecture)
    return try LayerList(layers).chain(
      dimension: 3, contextDimension: context, kinds: kinds, registry: .standard, using: &random)
  }
  let linear =
    "actnorm,diagonal(signs=+-+),shift,lower(signs=random),upper,lu,plu(signs=random),qr(determinant=-1),"
    + "householder(2),leaky-relu(0.2),prelu,permute(1,0,2)"
  // Each edit is one of a whole architecture: several small ones take less than one large one.
  let conditional = [
    "coupling-additive(hidden=4),coupling-affine(hidden=4,mask=random),coupling-rqs(hidden=4,mask=alternate),"
      + "autoregressive-additive(hidden=none)",
    "autoregressive-affine(hidden=4),autoregressive-rqs(hidden=4),elementwise-affine(hidden=4),elementwise-rqs(hidden=4)",
    "elementwise-additive(hidden=4),smooth-leaky-relu(hidden=4),coupling-smooth-leaky-relu(hidden=4),"
      + "autoregressive-smooth-leaky-relu(join=root,hidden=4)",
    "coupling-sos(hidden=4),autoregressive-sos(hidden=4),elementwise-sos(degree=2,polynomials=2)",
    "coupling-bernstein(hidden=4),autoregressive-bernstein(hidden=4),elementwise-bernstein(degree=4)",
    "coupling-naf(hidden=4),autoregressive-naf(units=1,hidden=4),elementwise-naf(units=2)",
  ]
  let others =
    "residual(hidden=4),ode(hidden=3),planar,radial,sylvester(2),inverse(autoregressive-affine(hidden=4,order=2+0+1)),"
    + "monotone(arcsinh),chain(shift,inverse(chain(prelu)))"
  let ones = [1.0, 1, 1]
  return try [
    Architecture(chain: try chain(linear), base: try base("gaussian(full)")),
    Architecture(
      chain: try chain(others), base: try base("mixture(3)"),
      preprocessing: [
        Dequantize(dimension: 3, features: [1], seed: 4), Bounded(lower: [nil, -9, -9], upper: [nil, 9, nil]),
        Standardize(means: ones, standardDeviations: ones), RobustScaling(medians: ones, scales: ones),
        Arcsinh(medians: ones, scales: [1, nil, 2]),
        Whiten(means: ones, standardDeviations: ones, factor: [1, 0, 0, 0.5, 1, 0, 0, 0, 1]),
      ]),
    Architecture(
      chain: try chain(
        "monotone(tanh),circular-rqs(bins=4),coupling-circular-rqs(bins=2,hidden=4),"
          + "autoregressive-circular-rqs(bins=2,hidden=4)"), base: try base("uniform(-4,4)"),
      preprocessing: [Circular(periods: [Interval(0, 9), nil, nil])]),
    Architecture(
      chain: try chain(
        "coupling-rqs(bins=2,hidden=4),autoregressive-affine(hidden=4),elementwise-rqs(bins=2)",
        kinds: [.line, .circle, .circle]), base: try base("product(normal,2*uniform(-4,4))")),
    Architecture(
      chain: try chain(
        "coupling-rqs(bins=2,hidden=4),autoregressive-categories(hidden=4)",
        kinds: [.categories(3), .line, .categories(2)]),
      base: try base("product(uniform(-1,2),normal,uniform(-1,2))"),
      preprocessing: [
        CategoryIndex(values: [[0, 1, 7], nil, [2, 3]]), Dequantize(dimension: 3, features: [0, 2], seed: 1),
      ]),
    Architecture(chain: try chain("shift"), base: try base("logistic")),
    Architecture(chain: try chain("shift"), base: try base("t-mixture(3)")),
  ]
    + conditional.map {
      Architecture(
        chain: try chain($0, context: 2), base: try base("product(normal,student-t,laplace)"),
        contextPreprocessing: [Standardize(means: [0], standardDeviations: [1])],
        contextEmbedding: ContextEmbedding(inputs: 1, widths: [3, 2]))
    }
}

/// This JSON value with one place changed, for each place and each way.
private func edits(of value: Any) -> [Any] {
  switch value {
  case let object as [String: Any]:
    return object.keys.sorted().flatMap { key -> [Any] in
      var without = object
      without[key] = nil
      return [without]
        + edits(of: object[key]!).map { changed in object.merging([key: changed]) { $1 } as [String: Any] }
    }
  case let array as [Any]:
    let shapes: [[Any]] = [[], Array(array.dropLast()), array + array.suffix(1), array.reversed()]
    return shapes
      + array.indices.flatMap { index in
        edits(of: array[index]).map { changed in
          var edited = array
          edited[index] = changed
          return edited
        }
      }
  case is String: return ["?", 1, NSNull()]
  case is NSNull: return [-1, 1, "?"]
  default: return [-1, 0, 5, 0.5, 1_000_000, Int.max, -1e300, "?"]
  }
}

/// Whether a model with this architecture is refused; uses it where it is not.
private func isError(_ text: String, _ model: Model) throws -> Bool {
  try withFolder { folder in
    let path = "\(folder)/model.h5"
    try EditedModel(architecture: text).write(model, to: path)
    do throws(FlowError) {
      let read = try Model(reading: path, acceptingEdited: true)
      let flow = read.flow
      let context = [Double](repeating: 0.5, count: flow.contextDimension)
      _ = flow.logDensity([0.25, 0.5, 1], context: context)
      _ = flow.architecture.layerList + flow.architecture.base.text
      _ = flow.architecture.preprocessingSummary(columns: read.columns)
      _ = message { () throws(FlowError) in _ = try flow.sample(2, context: context + context) }
      return false
    } catch {
      return true
    }
  }
}
