// A fit and its model file: what is written there, and how a later fit recognises it.

extension TrainingSetup {
  /// What a model's provenance says about it.
  package func provenance() throws(FlowError) -> [String: MetadataValue] {
    try optionsProvenance().merging(Model.digests(train, validation)) { $1 }
  }

  /// The same without the data, all of which are read for what is said of them.
  func optionsProvenance() throws(FlowError) -> [String: MetadataValue] {
    [
      "training_options": .text(try options.jsonText()), "objective": .text(objective.description),
      "preprocessing": .text(architecture.preprocessingSummary(columns: train.columns)), "ease": .text(easeDigest),
    ]
  }

  /// SHA-256 of `ease`; `none` without.
  private var easeDigest: String {
    guard let ease else { return "none" }
    var hash = SHA256()
    hash.add(ease)
    return hash.text()
  }

  /// Reads the model of an earlier fit, which must have had the same data, options and layers. One that has ended and kept its
  /// state may have had fewer epochs: it then goes on with those that are added.
  package func modelToResume(
    _ path: String, registry: Registry = .standard
  ) throws(FlowError) -> (model: Model, state: EnsembleState) {
    let model = try Model(reading: path, registry: registry, includingTraining: true)
    return (model, try stateToResume(of: model, at: path))
  }

  /// How far the fit of a model is that was read from a file with the state of its training.
  package func stateToResume(of model: Model, at path: String) throws(FlowError) -> EnsembleState {
    guard var state = EnsembleState(model), let text = model.provenance["training_options"]?.text else {
      throw FlowError(.format, "\(path) holds a model without the state of its training; it cannot be resumed")
    }
    let elementType = state.members[0].training.elementType
    guard elementType == Scalar.elementTypeName else {
      throw FlowError(
        .format,
        "\(path) was trained in \(elementType), and goes on in that alone; this program computes in "
          + Scalar.elementTypeName)
    }
    func differs(_ what: String, fix: Remedy = .beginAnew) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what)", fix: fix)
    }
    if let what = try difference(of: model) { throw differs(what) }
    let earlier = try TrainingOptions(jsonText: text, "the training options in \(path)")
    guard earlier != options else { return state }
    let isLonger = options.isLonger(than: earlier) && state.members.allSatisfy { $0.hasEnded && $0.selection == nil }
    guard isLonger, state.members.allSatisfy({ !$0.training.current.parameters.isEmpty }) else {
      let what = "it was begun with " + Self.differences(earlier, options).joined(separator: ", ")
      throw differs(what, fix: isLonger ? .keepState : .beginAnew)
    }
    for index in state.members.indices {
      state.members[index].training = try continuing(state.members[index].training)
    }
    return state
  }

  /// In what a model was fitted otherwise, but for the options of training; nil where in nothing.
  private func difference(of model: Model) throws(FlowError) -> String? {
    if let what = try model.difference(ofEvents: train, Model.digests(train, validation)) { return what }
    // Files of earlier versions were fitted by likelihood, and do not say so.
    let before = model.provenance["objective"]?.text ?? FitObjective.likelihood.description
    if before != objective.description {
      return "it was begun with the objective \(before), not \(objective.description)"
    }
    if model.provenance["ease"]?.text ?? "none" != easeDigest {
      return "its curriculum went by another column, or by none"
    }
    let fitted = model.members[0].flow.architecture
    if fitted.layerList != architecture.layerList { return "its layers are \(fitted.layerList)" }
    guard try fitted.jsonText() == architecture.jsonText() else {
      return "its preprocessing, base or random layers are others"
    }
    return nil
  }

  /// `batchSize 512, not 256` and so on.
  private static func differences(_ earlier: TrainingOptions, _ now: TrainingOptions) -> [String] {
    zip(Mirror(reflecting: earlier).children, Mirror(reflecting: now).children).compactMap { old, new in
      let (before, after) = (describe(old.value), describe(new.value))
      return before == after ? nil : "\(old.label ?? "?") \(before), not \(after)"
    }
  }

  private static func describe(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return "\(value)" }
    return mirror.children.first.map { "\($0.value)" } ?? "unset"
  }
}

extension TrainingOptions {
  /// Whether these are the same but for more epochs, or for epochs in place of a time limit.
  fileprivate func isLonger(than earlier: TrainingOptions) -> Bool {
    var like = earlier
    (like.epochs, like.minutes) = (epochs, minutes)
    return self == like && minutes == nil && (earlier.minutes != nil || epochs > earlier.epochs)
  }
}

extension Model {
  private static let (dataKey, validationKey) = ("data_digest", "validation_digest")

  /// What training and validation events are recognised by.
  static func digests(
    _ train: any EventSource, _ validation: (any EventSource)?
  ) throws(FlowError) -> [String: MetadataValue] {
    [dataKey: .text(try train.digest()), validationKey: .text(try validation?.digest() ?? "none")]
  }

  /// In what the events that the model was fitted to differ from `train` and others of these digests; nil where in nothing.
  func difference(ofEvents train: any EventSource, _ digests: [String: MetadataValue]) -> String? {
    if columns != train.columns || contextColumns != train.contextColumns {
      return "it was fitted to other columns (\(HDF5.list(columns + contextColumns)))"
    }
    let kinds = [(Self.dataKey, "training"), (Self.validationKey, "validation")]
    let other = kinds.first { provenance[$0.0]?.text != digests[$0.0]?.text }
    return other.map { "its \($0.1) data were others (rows, columns or contents differ)" }
  }
}
