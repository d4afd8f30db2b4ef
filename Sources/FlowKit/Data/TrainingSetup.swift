/// What a fit must have in common with the one that it resumes.
public struct TrainingSetup: Sendable {
  public var architecture: Architecture
  public var options: TrainingOptions
  public var columns: [String]
  public var contextColumns: [String]
  /// The columns' units, which the model keeps.
  public var units, contextUnits: [String?]
  /// Digests of the training and the validation events; nil without the latter.
  public var data: String
  public var validation: String?

  public init(
    _ architecture: Architecture, _ options: TrainingOptions, train: EventSet, validation: EventSet?
  ) {
    (self.architecture, self.options) = (architecture, options)
    (columns, contextColumns) = (train.columns, train.contextColumns)
    (units, contextUnits) = (train.units, train.contextUnits)
    (data, self.validation) = (train.digest(), validation?.digest())
  }

  /// What a model's provenance says about it.
  public func provenance() throws(FlowError) -> [String: MetadataValue] {
    [
      "training_options": .text(try options.jsonText()), "data_digest": .text(data),
      "validation_digest": .text(validation ?? "none"),
    ]
  }

  /// Reads the model of an earlier fit, which must have had the same data, options and layers.
  public func modelToResume(
    _ path: String, registry: Registry = .standard
  ) throws(FlowError) -> (model: Model, training: TrainingCheckpoint) {
    let model = try Model(reading: path, registry: registry, includingTraining: true)
    guard let training = model.training, let text = model.provenance["training_options"]?.text else {
      throw FlowError(.format, "\(path) holds a model without the state of its training; it cannot be resumed")
    }
    func differs(_ what: String) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what); give what it was begun with, or begin anew with --force")
    }
    guard training.elementType == Scalar.elementTypeName else {
      throw FlowError(
        .format,
        "\(path) was trained in \(training.elementType), and goes on in that alone; this program computes in "
          + Scalar.elementTypeName)
    }
    guard model.columns == columns, model.contextColumns == contextColumns else {
      throw differs("it was fitted to other columns (\(HDF5.list(model.columns + model.contextColumns)))")
    }
    guard model.provenance["data_digest"]?.text == data else {
      throw differs("its training data were others (rows, columns or contents differ)")
    }
    guard model.provenance["validation_digest"]?.text == validation ?? "none" else {
      throw differs("its validation data were others (rows, columns or contents differ)")
    }
    let earlier = try TrainingOptions(jsonText: text, "the training options in \(path)")
    guard earlier == options else {
      throw differs("it was begun with " + Self.differences(earlier, options).joined(separator: ", "))
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

extension Model {
  /// The model of a finished fit.
  public init(_ setup: TrainingSetup, _ result: TrainingResult, _ provenance: [String: MetadataValue]) {
    self.init(
      flow: result.flow, columns: setup.columns, contextColumns: setup.contextColumns, units: setup.units,
      contextUnits: setup.contextUnits, history: result.history, provenance: provenance, training: result.checkpoint)
    describe(result.bestEpoch, result.loss, result.stopped.rawValue)
  }

  /// The model of a fit that goes on: the best so far, and the state to resume from.
  public init(_ setup: TrainingSetup, at checkpoint: TrainingCheckpoint, _ provenance: [String: MetadataValue]) {
    let parameters = checkpoint.best?.parameters ?? checkpoint.current.parameters
    self.init(
      flow: Flow(architecture: setup.architecture, parameters: parameters), columns: setup.columns,
      contextColumns: setup.contextColumns, units: setup.units, contextUnits: setup.contextUnits,
      history: checkpoint.history, provenance: provenance,
      training: checkpoint)
    describe(checkpoint.best?.epoch ?? 0, checkpoint.best?.loss ?? .nan, "unfinished")
  }

  private mutating func describe(_ bestEpoch: Int, _ loss: Double, _ stopped: String) {
    provenance["best_epoch"] = .integer(bestEpoch)
    provenance["loss"] = .number(loss)
    provenance["stopped"] = .text(stopped)
  }
}
