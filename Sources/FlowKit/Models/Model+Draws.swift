extension Model {
  /// Whether the file at a path begins as a model does.
  package static func isPresent(at path: String) throws(FlowError) -> Bool { try ModelMark.isPresent(at: path) }

  /// As many draws as there are events: of a conditional model, draw i has the context and the weight of event i.
  ///
  /// - Parameters:
  ///   - events: events of the model's columns, in its order, under any names.
  ///   - place: what messages call the draws.
  /// - Throws: where a numeric inverse does not converge, or latents are drawn that no decoder makes events of.
  public func draws(
    like events: some EventSource, seed: UInt64 = 0, threads: Int? = nil, place: String = "the model"
  ) throws(FlowError) -> EventArray {
    guard events.dimension == columns.count, events.contextDimension == contextColumns.count else {
      throw FlowError(
        .data,
        "\(events.place) has \(events.dimension) columns and \(events.contextDimension) of context, the model "
          + "\(columns.count) and \(contextColumns.count)")
    }
    let isConditional = !contextColumns.isEmpty
    let labels = isConditional ? try events.contents() : LabelledEvents([])
    var values = try ensemble.evaluator(threads: threads).sample(events.count, context: labels.context, seed: seed)
    if let encoder = encoding?.encoder {
      let seen = encoder.contextDimension > 0 ? labels.context : []
      values = try encoder.evaluator(threads: threads).draws(from: values, context: seen, seed: seed)
    }
    return try EventArray(
      values, dimension: columns.count, context: labels.context, weights: labels.weights, columns: events.columns,
      contextColumns: isConditional ? events.contextColumns : nil, place: place)
  }

  /// Whether the model says that it was fitted to the rows at a location, or to rows of that digest.
  package func isFitted(to location: DataLocation, digest: String?) -> Bool {
    if let digest, provenance["data_digest"]?.text == digest { return true }
    guard let text = provenance["data"]?.text else { return false }
    let own = DataLocation(text)
    return FileSystem.isSameFile(own.file, location.file) && own.objectPath == location.objectPath
  }
}
