import FlowKit

// Fits in two stages: an encoder, then a flow on its latents.

extension Fit {
  func fitEncoder(
    _ plan: EncoderArguments.Plan, _ events: any EventSource, _ validation: Validation, _ options: TrainingOptions,
    _ layers: String
  ) throws {
    var options = options
    options.minutes = options.minutes.map { $0 / 2 }
    try plan.check(events)
    let criterion = plan.objective.criterion
    if criterion.head != nil, criterion.prior != .flow,
      recipe != nil || self.layers != nil || base != StandardNormal.name
    {
      throw FlowError(
        .architecture,
        "the prior is \(criterion.prior.text); for one of --layers, --recipe or --base give \(plan.objective.name)(prior=flow)"
      )
    }
    let setup = try EncoderSetup(
      fitting: events, validation: validation, latents: plan.latents, encoder: plan.encoder, decoder: plan.decoder,
      layers: layers, base: base, objective: plan.objective, options: options)
    if setup.prior != nil, ensembles.refit || ensembles.ensemble ?? 1 > 1 {
      throw FlowError(
        .architecture, "\(plan.objective.name) trains one encoder with its prior; leave out --ensemble and --refit")
    }
    let origin = try setup.origin()
    try JobProcess.agree(origin)
    let begun = try encoderToResume(setup, origin)
    Interrupts.catchThem()
    try describe(setup)
    let provenance = provenance(setup.train, setup.validation)
    let encoder =
      if let begun, begun.fit.stopped != nil { begun.fit } else { try trained(setup, begun?.fit, origin, provenance) }
    let encoding = setup.encoding(encoder, origin)
    guard encoder.stopped != .interrupted else {
      guard encoder.bestEpoch > 0 else {
        throw FlowError(.file, "interrupted before the first epoch: nothing was written to \(output)")
      }
      try setup.model(encoder, origin, provenance).writeOnce(to: output)
      return Terminal.note("flowctl: interrupted; wrote the encoder so far to \(output), from which --resume goes on")
    }
    if setup.prior != nil {
      if begun?.fit.stopped != nil {
        return Terminal.note(
          "\(output): training has ended already (\(encoder.stopped!.rawValue)); there is nothing to resume")
      }
      try setup.model(encoder, origin, provenance).writeOnce(to: output, keepingState: ensembles.keepState)
      try report(encoder, setup)
      if let failure = encoder.failure { throw failure }
      return
    }
    if let failure = encoder.failure { throw failure }
    let latent = try setup.latentSetup(encoder.encoder, layers: layers, base: base, broad: automatic.broad ?? 0)
    let fit = try ensembles.fit(latent)
    let state = try begun.flatMap { try latentState(fit, $0.model) }
    if let ended = fit.ending(of: state) {
      return Terminal.note("\(output): training has ended already (\(ended)); there is nothing to resume")
    }
    try describe(latent, Self.condition(setup))
    if latent.architecture.contextDimension > 0 { warn(of: latent.architecture) }
    let all = try provenance.merging(latent.provenance()) { $1 }
    let train = setup.train
    let make: @Sendable (EnsembleState) -> Model = { Model(fit, $0, all).encoded(by: encoding, like: train) }
    let result = try fitted(fit, from: state, make)
    guard result.members.contains(where: { $0.bestEpoch > 0 }) else {
      try setup.model(encoder, origin, provenance).writeOnce(to: output)
      return Terminal.note("flowctl: interrupted; wrote the encoder to \(output), from which --resume goes on")
    }
    try make(result).writeOnce(to: output, keepingState: ensembles.keepState)
    try report(encoder, setup, fit, result)
  }

  /// Trains the encoder; what is written meanwhile has no flow yet.
  private func trained(
    _ setup: EncoderSetup, _ begun: EncoderFit?, _ origin: [String: MetadataValue],
    _ provenance: [String: MetadataValue]
  ) throws(FlowError) -> EncoderFit {
    var progress = FitProgress(json: json, setup.objective, from: begun?.training)
    let (output, keepState) = (output, ensembles.keepState)
    let saves = EncoderSaves(every: checkpointEvery) { fit throws(FlowError) in
      _ = Self.save(try setup.model(fit, origin, provenance), to: output, keepingState: keepState)
    }
    defer { Terminal.status("") }
    return try setup.run(
      from: begun?.training, threads: threads, saves: saves, observe: { progress.show($0) },
      shouldStop: { Interrupts.isPending })
  }

  /// With --resume, the encoder and the model of the output file; nil where there is no such file yet.
  private func encoderToResume(
    _ setup: EncoderSetup, _ origin: [String: MetadataValue]
  ) throws(FlowError) -> (fit: EncoderFit, model: Model)? {
    guard resume, outputExists() else { return nil }
    let model = try ModelReading.model(output, includingTraining: true)
    return (try setup.fit(resuming: model, at: output, origin), model)
  }

  /// How far the flow of a file is; nil where it has not begun.
  private func latentState(_ fit: EnsembleFit, _ model: Model) throws(FlowError) -> EnsembleState? {
    guard model.members[0].training != nil else { return nil }
    let latents = model.ofLatents
    let state = try fit.setup.stateToResume(of: latents, at: output)
    try fit.check(resuming: latents, at: output)
    return state
  }

  // MARK: Reports

  private func describe(_ setup: EncoderSetup) throws(FlowError) {
    let architecture = setup.architecture
    if architecture.latentDimension >= architecture.dimension {
      Terminal.note(
        "encoder  \(architecture.latentDimension) latents for \(architecture.dimension) columns leave nothing out: a flow on the "
          + "columns themselves is their density")
    }
    guard !json else { return }
    printEvents(setup.train, setup.validation)
    let decoder = architecture.decoder.map { ", decoder \($0.text)" } ?? ""
    print(
      "encoder \(architecture.encoder.text)\(decoder): \(architecture.dimension) columns to \(architecture.latentDimension) latents, "
        + "\(architecture.parameterCount.grouped) parameters")
    if let prior = setup.prior {
      print("prior  \(prior.layerList.isEmpty ? "" : "\(prior.layerList), ")\(prior.base.text)")
    }
    print("loss   \(setup.objective.text), in \(setup.objective.criterion.unit)")
    try Terminal.finishOutput()
  }

  /// What a flow on latents is conditional on.
  private static func condition(_ setup: EncoderSetup) -> String {
    setup.classes != nil ? " | label" : setup.architecture.contextDimension > 0 ? " | context" : ""
  }

  private func describe(_ latent: TrainingSetup, _ condition: String) throws(FlowError) {
    guard !json else { return }
    let architecture = latent.architecture
    print(
      "flow   on the latents, p(z\(condition)): \(architecture.layerList), \(architecture.parameterCount.grouped) parameters"
    )
    try Terminal.finishOutput()
  }

  private struct ResultLine: Encodable {
    let model: String
    let kind: String
    /// Minus the mean of log p(z), or of the bound, of the validation events; null without any.
    let valid: JSONNumber
    let bestEpoch: Int?
    let stopped: String
    let encoder: EncoderResult
    /// Of the validation events, by a flow that is conditional on labels.
    let classification: ClassificationLine?

    struct EncoderResult: Encodable {
      let objective: String
      let latents, bestEpoch: Int
      let valid, train: JSONNumber
      let stopped: String

      init(_ encoder: EncoderFit, _ setup: EncoderSetup) {
        let best = encoder.history.first { $0.epoch == encoder.bestEpoch }
        (objective, latents) = (setup.objective.text, setup.architecture.latentDimension)
        (bestEpoch, stopped) = (encoder.bestEpoch, encoder.stopped?.rawValue ?? "")
        (valid, train) = (JSONNumber(best?.valid), JSONNumber(best?.train))
      }
    }
  }

  private func report(
    _ encoder: EncoderFit, _ setup: EncoderSetup, _ fit: EnsembleFit, _ state: EnsembleState
  ) throws(FlowError) {
    let reasons = Set(state.members.map { $0.stopped?.rawValue ?? "unfinished" }).sorted().joined(separator: ", ")
    let hasValidation = setup.validation != nil
    // Flows that were fitted again have seen the validation events.
    let classification =
      fit.refits
      ? nil : try setup.classification(encoder.encoder, FlowEnsemble(state.members.map(\.flow)), threads: threads)
    let loss = hasValidation ? state.validation.map { -$0.value } ?? state.members[0].loss : nil
    if json {
      try ResultLine(
        model: output, kind: "latent", valid: JSONNumber(loss),
        bestEpoch: fit.count == 1 ? state.members[0].bestEpoch : nil,
        stopped: reasons, encoder: .init(encoder, setup), classification: classification.map { ClassificationLine($0) }
      ).printJSON()
    } else {
      func kind(_ isValidated: Bool) -> String { isValidated ? "validation" : "training" }
      print(
        "model  \(output): encoder, epoch \(encoder.bestEpoch), \(kind(setup.hasEncoderValidation)) \(setup.objective.name) \(encoder.loss.text(digits: 4))"
      )
      let value = loss ?? state.members[0].loss
      print(
        "       flow on the latents: \(kind(hasValidation)) -log p(z\(Self.condition(setup))) \(value.text(digits: 4)) nats; stopped by \(reasons)"
      )
      if let classification {
        print("       labels of validation events: \(ClassificationLine(classification).text)")
      }
    }
    if state.isInterrupted { Terminal.note("flowctl: interrupted; --resume goes on from \(output)") }
    if let failure = state.members.compactMap(\.failure).first { throw failure }
  }

  /// Of a variational encoder, whose prior is trained with it.
  private func report(_ encoder: EncoderFit, _ setup: EncoderSetup) throws(FlowError) {
    let (hasValidation, stopped) = (setup.validation != nil, encoder.stopped?.rawValue ?? "")
    guard json else {
      print(
        "model  \(output): epoch \(encoder.bestEpoch), \(hasValidation ? "validation" : "training") bound of -log p "
          + "\(encoder.loss.text(digits: 4)) nats; stopped by \(stopped)")
      return
    }
    try ResultLine(
      model: output, kind: "bound", valid: JSONNumber(hasValidation ? encoder.loss : nil), bestEpoch: nil,
      stopped: stopped, encoder: .init(encoder, setup), classification: nil
    ).printJSON()
  }
}
