// A fit and its model file: what is written there, and how a later fit recognises it.

extension TrainingSetup {
  /// What a model's provenance says about it.
  package func provenance() throws(FlowError) -> [String: MetadataValue] {
    [
      "training_options": .text(try options.jsonText()), "data_digest": .text(try train.digest()),
      "validation_digest": .text(try validation?.digest() ?? "none"), "objective": .text(objective.description),
    ]
  }

  /// Reads the model of an earlier fit, which must have had the same data, options and layers.
  package func modelToResume(
    _ path: String, registry: Registry = .standard
  ) throws(FlowError) -> (model: Model, training: TrainingCheckpoint) {
    let model = try Model(reading: path, registry: registry, includingTraining: true)
    guard let training = model.training, let text = model.provenance["training_options"]?.text else {
      throw FlowError(.format, "\(path) holds a model without the state of its training; it cannot be resumed")
    }
    func differs(_ what: String) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what)", fix: .beginAnew)
    }
    guard training.elementType == Scalar.elementTypeName else {
      throw FlowError(
        .format,
        "\(path) was trained in \(training.elementType), and goes on in that alone; this program computes in "
          + Scalar.elementTypeName)
    }
    guard model.columns == train.columns, model.contextColumns == train.contextColumns else {
      throw differs("it was fitted to other columns (\(HDF5.list(model.columns + model.contextColumns)))")
    }
    guard model.provenance["data_digest"]?.text == (try train.digest()) else {
      throw differs("its training data were others (rows, columns or contents differ)")
    }
    guard model.provenance["validation_digest"]?.text == (try validation?.digest() ?? "none") else {
      throw differs("its validation data were others (rows, columns or contents differ)")
    }
    let earlier = try TrainingOptions(jsonText: text, "the training options in \(path)")
    guard earlier == options else {
      throw differs("it was begun with " + Self.differences(earlier, options).joined(separator: ", "))
    }
    // Files of earlier versions were fitted by likelihood, and do not say so.
    let before = model.provenance["objective"]?.text ?? FitObjective.likelihood.description
    guard before == objective.description else {
      throw differs("it was begun with the objective \(before), not \(objective.description)")
    }
    guard model.flow.architecture.layerList == architecture.layerList else {
      throw differs("its layers are \(model.flow.architecture.layerList)")
    }
    guard try model.flow.architecture.jsonText() == architecture.jsonText() else {
      throw differs("its preprocessing, base or random layers are others")
    }
    return (model, training)
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
