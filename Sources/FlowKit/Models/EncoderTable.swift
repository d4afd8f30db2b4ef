/// A table and the encoder of a model: rows of events or of latents, led through block by block, in constant memory.
package struct EncoderTable {
  private let reader: any RandomAccessTable
  private let encoder: EncoderEvaluator
  private let flow: EnsembleEvaluator
  /// Of a variational encoder.
  private let variational: VariationalEvaluator?
  /// Where the flow is conditional on classes.
  private let classifier: BayesClassifier?
  /// Whether the last column of the rows is that of labels.
  private let hasLabels: Bool

  /// - Parameters:
  ///   - columns: which columns are the model's, in its order, or those of its latents; nil finds them by name, else by place.
  ///   - contextColumns: the same of the context that the encoder sees.
  ///   - context: where that context stands, if not beside the rows.
  ///   - labels: a column of true labels, to compare probabilities with.
  ///   - latents: whether the rows are latents.
  ///   - acceptingNonFinite: takes rows with a NaN or an infinite value, of which nothing but NaN comes.
  /// - Throws: where the model has no encoder, or the table has other columns.
  package init(
    _ model: Model, _ location: DataLocation, columns: [String]? = nil, contextColumns: [String]? = nil,
    context: DataLocation? = nil, labels: String? = nil, latents: Bool = false, threads: Int? = nil,
    acceptingNonFinite: Bool = false, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    guard let encoding = model.encoding else {
      throw FlowError(.architecture, "the model has no encoder: its flow is a density of the columns themselves")
    }
    let seesContext = encoding.encoder.contextDimension > 0
    if !seesContext, context != nil || contextColumns != nil {
      throw FlowError(.data, "the model has no context, but some is given", fix: .giveNoContext)
    }
    guard labels == nil || !seesContext else { throw Self.noLabels }
    var selection = try ColumnSelection(
      for: latents ? model.ofLatents : model, in: location, columns: columns, contextColumns: contextColumns,
      context: context, leavingOutContext: !seesContext, access: access)
    if !seesContext { selection.context = labels.map { [$0] } ?? [] }
    hasLabels = labels != nil
    classifier = try encoding.classes.map { classes throws(FlowError) in
      try BayesClassifier(model.ensemble, classes, threads: threads)
    }
    reader = try selection.table(at: location, access)
    if !acceptingNonFinite { try reader.requireFinite() }
    encoder = encoding.encoder.evaluator(threads: threads)
    flow = model.ensemble.evaluator(threads: threads)
    let isVariational = encoding.encoder.architecture.head != nil
    variational =
      isVariational ? try VariationalEvaluator(encoding.encoder, prior: model.members[0].flow, threads: threads) : nil
  }

  package var location: DataLocation { reader.location }
  /// What a reader ought to know of how the table was read, a sentence each.
  package var notes: [String] { reader.notes }
  package var rows: Int { reader.rows }

  /// Hands the latents of all rows to `body`, in order, in blocks.
  package func encode(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    try forEachBlock(encoder.architecture.dimension) { rows, context throws(FlowError) in
      try body(encoder.latents(of: rows, context: context))
    }
  }

  /// Hands what the decoder makes of all rows of latents to `body`, in order, in blocks.
  ///
  /// - Throws: where there is no decoder.
  package func decode(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    guard encoder.architecture.decoder != nil else { throw EncoderEvaluator.noDecoder }
    try forEachBlock(encoder.architecture.latentDimension) { rows, context throws(FlowError) in
      try body(encoder.events(from: rows, context: context))
    }
  }

  /// Hands σ of the latents of all rows, or draws of these, to `body`, in order, in blocks.
  ///
  /// - Throws: where latents have no distribution.
  package func encode(_ what: PosteriorPart, _ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    guard let variational else {
      throw FlowError(
        .architecture, "the latents of the model have no distribution; those of one that is trained by vae have")
    }
    var first = 0
    guard what == .draws || encoder.architecture.posterior == nil else {
      throw FlowError(
        .architecture, "the posterior is a flow, whose latents have no sigma of their own: write draws of them")
    }
    try forEachBlock(encoder.architecture.dimension) { rows, context throws(FlowError) in
      try body(variational.latents(of: rows, what, context: context, first: first))
      first += rows.count / encoder.architecture.dimension
    }
  }

  /// Whether rows are scored by a bound of log p(x), and not by log p(z).
  package var scoresBounds: Bool { variational != nil }

  /// Hands log p(z) of all rows, or the bound of log p(x), to `body`, in order, in blocks, and their reconstruction errors, nil without a
  /// decoder.
  ///
  /// - Parameter draws: how many the bound is made of.
  /// - Returns: with a column of labels, how good the probabilities of the classes are.
  /// - Throws: where a label is none of the classes, or there are labels and no classes.
  package func score(
    draws: Int, _ body: (_ scores: [Double], _ reconstructions: [Double]?) throws(FlowError) -> Void
  ) throws(FlowError) -> ClassificationScores? {
    let (hasDecoder, dimension) = (encoder.architecture.decoder != nil, encoder.architecture.dimension)
    let classes = hasLabels ? try classes() : nil
    var (first, classification) = (0, ClassificationScores())
    try forEachBlock(dimension) { events, beside throws(FlowError) in
      let context = hasLabels ? [] : beside
      let posterior = classifier?(encoder.latents(of: events))
      let scores =
        variational?.bounds(of: events, context: context, draws: draws, first: first) ?? posterior?.logDensities
        ?? flow.logDensity(encoder.latents(of: events, context: context), context: context)
      if let classes {
        let probabilities =
          if let posterior { posterior.logProbabilities } else { try encoder.labelLogProbabilities(of: events) }
        for (event, label) in beside.enumerated() {
          let truth = try classes.place(of: label, row: first + event, of: location.description)
          let width = classes.classes.count
          classification.add(probabilities[(event * width)..<((event + 1) * width)], truth: truth)
        }
      }
      try body(scores, hasDecoder ? encoder.reconstructionErrors(of: events, context: context) : nil)
      first += events.count / dimension
    }
    return hasLabels ? classification : nil
  }

  /// Hands all rows to `body`, in order, in blocks: those of events or latents, and what stands beside them.
  private func forEachBlock(
    _ width: Int, _ body: (_ rows: [Double], _ beside: [Double]) throws(FlowError) -> Void
  ) throws(FlowError) {
    try reader.forEachBlock { block throws(FlowError) in
      let rows = LabelledEvents(interleaved: block, dimension: width, width: reader.columns.count)
      try body(rows.events, rows.context)
    }
  }
}

// MARK: - Labels

extension EncoderTable {
  /// Hands the most probable labels of all rows to `body`, in order, in blocks; NaN where a row has none.
  ///
  /// - Throws: where the model predicts none.
  package func predict(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    let labels = try classes().classes
    try forEachLogProbabilities { rows throws(FlowError) in
      try body(
        stride(from: 0, to: rows.count, by: labels.count).map { start in
          let row = rows[start..<(start + labels.count)]
          guard !row.contains(where: \.isNaN) else { return .nan }
          return Double(labels[row.indices.max { row[$0] < row[$1] }! - start])
        })
    }
  }

  /// Hands the probabilities of the K classes of all rows, N × K, to `body`, in order, in blocks; NaN where a row has none.
  ///
  /// - Throws: where the model predicts no labels.
  package func probabilities(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    _ = try classes()
    try forEachLogProbabilities { rows throws(FlowError) in try body(rows.map { Double.exp($0) }) }
  }

  private func forEachLogProbabilities(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    try reader.forEachBlock { block throws(FlowError) in
      if let classifier {
        try body(classifier(encoder.latents(of: block)).logProbabilities)
      } else {
        try body(encoder.labelLogProbabilities(of: block))
      }
    }
  }

  private static var noLabels: FlowError {
    FlowError(
      .architecture, "the model predicts no labels; one of dann does, and one of triplet with flow=conditional")
  }

  private func classes() throws(FlowError) -> LabelClasses {
    if let classifier { return classifier.classes }
    guard let predictor = encoder.architecture.predictor else { throw Self.noLabels }
    return LabelClasses(label: "label", classes: predictor.classes, counts: predictor.classes.map { _ in 1 })
  }
}

extension RandomAccessTable {
  /// Throws where a value is NaN or infinite, saying how to go on.
  func requireFinite() throws(FlowError) {
    guard let nonFinite = try self.nonFinite() else { return }
    let reason = nonFinite.reason(in: self)
    throw FlowError(
      .data, "\(location): \(nonFinite)\(reason)", fix: reason.isEmpty ? .acceptNonFinite : .acceptMissing)
  }
}
