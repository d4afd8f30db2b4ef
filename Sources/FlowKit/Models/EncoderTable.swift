/// A table and the encoder of a model: rows of events or of latents, led through block by block, in constant memory.
package struct EncoderTable {
  private let reader: any RandomAccessTable
  private let encoder: EncoderEvaluator
  private let flow: EnsembleEvaluator

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

  /// Hands log p(z) of all rows to `body`, in order, in blocks, and their reconstruction errors, nil without a decoder.
  package func score(
    _ body: (_ latents: [Double], _ reconstructions: [Double]?) throws(FlowError) -> Void
  ) throws(FlowError) {
    let hasDecoder = encoder.architecture.decoder != nil
    try reader.forEachBlock { block throws(FlowError) in
      let densities = flow.logDensity(encoder.latents(of: block))
      try body(densities, hasDecoder ? encoder.reconstructionErrors(of: block) : nil)
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
