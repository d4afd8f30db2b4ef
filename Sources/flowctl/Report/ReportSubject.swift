import FlowKit

/// What a report is about: a model, and rows of data that it is held against.
struct ReportSubject {
  let model: Model
  let path: String
  let facts: ModelFileFacts
  let read: ReadEvents?
  /// Data beside as many draws.
  let events: PictureEvents
  /// log p of each row of the data.
  let logDensities: [Double]
  let seed: UInt64
  /// The command that writes this report again; nil where none does.
  var command: String?

  init(
    _ model: Model, _ path: String, _ read: ReadEvents?, draws: Int, seed: UInt64
  ) throws(FlowError) {
    (self.model, self.path, self.read, self.seed) = (model, path, read, seed)
    facts = try ModelFileFacts(of: path)
    let canDraw = read != nil || model.contextColumns.isEmpty
    let drawn = canDraw ? try model.draws(beside: read, count: draws, seed: seed) : nil
    events = PictureEvents(model, read, draws: drawn)
    logDensities = read.map { model.ensemble.logDensity($0.rows.events, context: $0.rows.context) } ?? []
  }

  /// What the rows were to the fit.
  enum Role {
    case training, validation, heldOut

    var text: String {
      switch self {
      case .training: "rows that the model was fitted to"
      case .validation: "rows that chose the length of the training"
      case .heldOut: "rows that the fit has not seen, as far as the model tells"
      }
    }
  }

  var role: Role {
    guard let read else { return .heldOut }
    if let digest = read.digest, model.provenance["validation_digest"]?.text == digest { return .validation }
    return model.isFitted(to: DataLocation(read.place), digest: read.digest) ? .training : .heldOut
  }

  /// Whether what tests say of these rows holds: they are new to the model, and independent draws.
  var areTested: Bool { role == .heldOut && read?.rows.weights == nil }

  /// Why tests decide nothing.
  var untestedText: String {
    role == .heldOut
      ? "The rows have weights, for which no such limit is known: it is for orientation and decides nothing."
      : "These are \(role.text): chance does not vary as for new rows, so that limits are for orientation and decide nothing."
  }

  /// The mean of the finite log-densities, its standard error, and how many are not finite. Weights count.
  var meanLogDensity: (value: Double, error: Double, infinite: Int)? {
    var (sum, total, infinite) = (0.0, 0.0, 0)
    for (event, value) in logDensities.enumerated() {
      guard value.isFinite else {
        infinite += 1
        continue
      }
      let weight = read?.rows.weights?[event] ?? 1
      (sum, total) = (sum + weight * value, total + weight)
    }
    guard total > 0 else { return nil }
    let mean = sum / total
    var squares = 0.0
    for (event, value) in logDensities.enumerated() where value.isFinite {
      let weight = read?.rows.weights?[event] ?? 1
      squares += weight * weight * (value - mean) * (value - mean)
    }
    let count = Double(logDensities.count - infinite)
    return (mean, (squares * count / max(1, count - 1)).squareRoot() / total, infinite)
  }

  /// The quantiles of each column that pictures show, with limits for all of them together.
  var comparisons: [(name: String, unit: String?, comparison: QuantileComparison)] {
    guard let data = events.data, let model = events.model else { return [] }
    let shown = events.chosen(atMost: PlotGrid.panelsAtMost)
    return shown.map { column in
      let width = events.dimension
      let comparison = QuantileComparison(
        data: SortedColumn(data.values, column: column, of: width, weights: data.weights),
        model: SortedColumn(model.values, column: column, of: width, weights: model.weights), of: shown.count)
      return (events.columns[column], events.units[column], comparison)
    }
  }

  /// The latents of the rows by the first flow, of those that are finite, beside those of draws where the base is not normal.
  func latents() throws(FlowError) -> (values: [Double], weights: [Double]?, diagnostics: LatentDiagnostics)? {
    guard let read else { return nil }
    let flow = model.members[0].flow
    let (evaluator, width) = (flow.evaluator(), flow.dimension)
    let all = evaluator.latent(of: read.rows.events, context: read.rows.context)
    let finite = (0..<(all.count / width)).filter { row in
      all[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite)
    }
    guard finite.count > width else { return nil }
    let values = finite.flatMap { all[($0 * width)..<(($0 + 1) * width)] }
    let weights = read.rows.weights.map { weights in finite.map { weights[$0] } }
    var reference: [Double]?
    if !flow.architecture.base.isStandardNormal {
      let draws = try evaluator.sample(read.count, context: read.rows.context, seed: seed &+ 1)
      let latents = evaluator.latent(of: draws, context: read.rows.context)
      reference = latents.allSatisfy(\.isFinite) ? latents : nil
    }
    return (
      values, weights, LatentDiagnostics(values, dimension: width, weights: weights, reference: reference)
    )
  }
}

extension BaseDistribution {
  fileprivate var isStandardNormal: Bool { self is StandardNormal }
}
