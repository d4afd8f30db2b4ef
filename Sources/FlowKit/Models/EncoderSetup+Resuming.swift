// A fit of an encoder and its model file: what is written there, and how a later fit recognises it.

extension EncoderSetup {
  /// The encoder as far as it is fitted, for a model's file.
  ///
  /// - Parameter origin: what ``origin()`` says.
  package func encoding(_ fit: EncoderFit, _ origin: [String: MetadataValue]) -> Model.Encoding {
    Model.Encoding(fit.encoder, objective, classes, fit.history, fit.training, origin)
  }

  /// What the fit is recognised by in a file: its options, and digests of its events, all of which are read.
  package func origin() throws(FlowError) -> [String: MetadataValue] {
    try Model.digests(train, validation).merging(["options": .text(try options.jsonText())]) { $1 }
  }

  /// How far the encoder of a model is, which must have been begun with the same data, options and networks.
  package func fit(
    resuming model: Model, at path: String, _ origin: [String: MetadataValue]
  ) throws(FlowError) -> EncoderFit {
    func differs(_ what: String) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what)", fix: .beginAnew)
    }
    guard let encoding = model.encoding else { throw differs("it was begun without an encoder") }
    guard let training = encoding.training else {
      throw FlowError(.format, "\(path) holds an encoder without the state of its training; it cannot be resumed")
    }
    guard training.elementType == Scalar.elementTypeName else {
      throw FlowError(
        .format,
        "\(path) was trained in \(training.elementType), and goes on in that alone; this program computes in "
          + Scalar.elementTypeName)
    }
    guard encoding.objective == objective else {
      throw differs("its encoder was begun with the objective \(encoding.objective.text), not \(objective.text)")
    }
    for (key, what) in [
      ("data_digest", "its training data were others (rows, columns or contents differ)"),
      ("validation_digest", "its validation data were others (rows, columns or contents differ)"),
      ("options", "its encoder was begun with other options of training"),
    ] where encoding.origin[key]?.text != origin[key]?.text { throw differs(what) }
    guard try encoding.encoder.architecture.jsonText() == architecture.jsonText() else {
      throw differs("its encoder has other networks, latents or scales")
    }
    if let prior, try prior.jsonText() != model.members[0].flow.architecture.jsonText() {
      throw differs("its prior has other layers")
    }
    return EncoderFit(encoding.encoder, prior.map { _ in model.members[0].flow }, training, encoding.history)
  }

  /// The model of a variational encoder with its prior, and of a fit whose encoder is under way: until a flow is fitted to its latents, these
  /// have a normal density.
  package func model(
    _ fit: EncoderFit, _ origin: [String: MetadataValue], _ provenance: [String: MetadataValue]
  ) throws(FlowError) -> Model {
    let isWhole = prior != nil && fit.stopped != nil && fit.stopped != .interrupted
    let flow = if let prior = fit.prior { prior } else { try latentStart }
    let seesContext = architecture.contextDimension > 0
    let latents = Model(
      flow: flow, columns: architecture.latentColumns, contextColumns: seesContext ? train.contextColumns : [],
      contextUnits: seesContext ? train.contextUnits : [],
      provenance: provenance.merging(["stopped": .text(isWhole ? fit.stopped!.rawValue : "unfinished")]) { $1 })
    var encoding = encoding(fit, origin)
    // The flow until there is another knows no classes.
    encoding.classes = nil
    return latents.encoded(by: encoding, like: train)
  }
}
