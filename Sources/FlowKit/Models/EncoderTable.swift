/// A table and the encoder of a model: rows of events or of latents, led through block by block, in constant memory.
package struct EncoderTable {
  private let reader: any RandomAccessTable
  private let encoder: EncoderEvaluator
  private let flow: EnsembleEvaluator
  /// Of a variational encoder.
  private let variational: VariationalEvaluator?

  /// - Parameters:
  ///   - columns: which columns are the model's, in its order, or those of its latents; nil finds them by name, else by place.
  ///   - latents: whether the rows are latents.
  ///   - acceptingNonFinite: takes rows with a NaN or an infinite value, of which nothing but NaN comes.
  /// - Throws: where the model has no encoder, or the table has other columns.
  package init(
    _ model: Model, _ location: DataLocation, columns: [String]? = nil, latents: Bool = false, threads: Int? = nil,
    acceptingNonFinite: Bool = false, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    guard let encoding = model.encoding else {
      throw FlowError(.architecture, "the model has no encoder: its flow is a density of the columns themselves")
    }
    let selection = try ColumnSelection(
      for: latents ? model.ofLatents : model, in: location, columns: columns, access: access)
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
    try reader.forEachBlock { block throws(FlowError) in try body(encoder.latents(of: block)) }
  }

  /// Hands the labels that the encoder predicts for all rows to `body`, in order, in blocks.
  ///
  /// - Throws: where it predicts none.
  package func predict(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    _ = try encoder.labels(of: [])
    try reader.forEachBlock { block throws(FlowError) in try body(encoder.labels(of: block).map { Double($0) }) }
  }

  /// Hands what the decoder makes of all rows of latents to `body`, in order, in blocks.
  ///
  /// - Throws: where there is no decoder.
  package func decode(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    _ = try encoder.events(from: [])
    try reader.forEachBlock { block throws(FlowError) in try body(encoder.events(from: block)) }
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
    try reader.forEachBlock { block throws(FlowError) in
      try body(variational.latents(of: block, what, first: first))
      first += block.count / encoder.architecture.dimension
    }
  }

  /// Whether rows are scored by a bound of log p(x), and not by log p(z).
  package var scoresBounds: Bool { variational != nil }

  /// Hands log p(z) of all rows, or the bound of log p(x), to `body`, in order, in blocks, and their reconstruction errors, nil without a
  /// decoder.
  ///
  /// - Parameter draws: how many the bound is made of.
  package func score(
    draws: Int, _ body: (_ scores: [Double], _ reconstructions: [Double]?) throws(FlowError) -> Void
  ) throws(FlowError) {
    let hasDecoder = encoder.architecture.decoder != nil
    var first = 0
    try reader.forEachBlock { block throws(FlowError) in
      let scores =
        variational?.bounds(of: block, draws: draws, first: first) ?? flow.logDensity(encoder.latents(of: block))
      try body(scores, hasDecoder ? encoder.reconstructionErrors(of: block) : nil)
      first += block.count / encoder.architecture.dimension
    }
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
