import FlowKit

/// What `inspect` says of a model.
struct ModelReport {
  private let model: Model
  private let file: String
  private let facts: ModelFileFacts

  init(_ model: Model, _ file: String) throws(FlowError) {
    (self.model, self.file, facts) = (model, file, try ModelFileFacts(of: file))
  }

  func show(json: Bool) throws(FlowError) {
    guard !json else {
      guard model.members.count > 1 else { return try Line(facts, model, try MemberLine(model, 0), nil).printJSON() }
      var members: [MemberLine] = []
      for index in model.members.indices { members.append(try MemberLine(model, index)) }
      return try Line(facts, model, nil, members).printJSON()
    }
    print("model       \(file)")
    print("columns     \(model.columns.withUnits(model.units).joined(separator: ", "))")
    for text in model.dependent.texts(model.columns) { print("set aside   \(text)") }
    if !model.contextColumns.isEmpty {
      print("given       \(model.contextColumns.withUnits(model.contextUnits).joined(separator: ", "))")
    }
    if let encoding = model.encoding { EncoderLine(encoding).show() }
    if model.members.count > 1 { try showMembers() } else { show(try MemberLine(model, 0)) }
    for (name, value) in model.provenance.sorted(by: { $0.key < $1.key }) {
      print("  \(name): \(try value.jsonText())")
    }
  }

  private func show(_ line: MemberLine) {
    if let network = line.contextNetwork { print("embedding   \(network)") }
    print("preprocess  \(line.preprocessing)")
    print("layers      \(line.layers)")
    print("base        \(line.base)")
    if let weight = line.broad { print("broad       \(weight) of the mass") }
    print("parameters  \(line.parameters.grouped)")
    if let training = line.trainingText {
      print("training    \(training)\(line.selectionHistory == nil ? "" : line.bestText)")
    }
  }

  /// The architecture once where members have the same layers, and a line for each with its losses.
  private func showMembers() throws(FlowError) {
    print("ensemble    \(model.members.count) flows, of equal weight")
    var before: String?
    for index in model.members.indices {
      let line = try MemberLine(model, index)
      let text = "\(line.layers) \(line.base)"
      if text != before {
        if let network = line.contextNetwork { print("embedding   \(network)") }
        print("preprocess  \(line.preprocessing)")
        print("layers      \(line.layers)")
        print("base        \(line.base)")
        if let weight = line.broad { print("broad       \(weight) of the mass") }
      }
      before = text
      print(
        "member \(index)    \(line.parameters.grouped) parameters; \(line.trainingText ?? "not trained")\(line.bestText)"
      )
    }
  }

  /// What is said of each flow.
  private struct MemberLine: Encodable {
    let preprocessing, layers, base: String
    /// The weight of a broad component.
    let broad: Double?
    let contextEmbedding: [Int]?
    let contextNetwork: String?
    let parameters: Int
    let tensors: [Tensor]
    let architecture: String
    let training: Training?
    let history: [EpochReport]
    /// The history of the fit that chose the number of epochs, where another followed.
    let selectionHistory: [EpochReport]?
    /// Of a member of an ensemble alone.
    let provenance: [String: MetadataValue]?

    struct Tensor: Encodable {
      let name: String
      let shape: [Int]
    }

    init(_ model: Model, _ index: Int) throws(FlowError) {
      let (member, isEnsemble) = (model.members[index], model.members.count > 1)
      let architecture = member.flow.architecture
      preprocessing = architecture.preprocessingSummary(columns: model.ofLatents.columns)
      contextEmbedding = architecture.contextEmbedding?.widths
      contextNetwork = architecture.contextEmbedding?.text
      (layers, base) = (architecture.layerList, architecture.base.text)
      broad = architecture.broad?.weight
      let place = isEnsemble ? "/\(Model.groupName(ofMember: index))" : ""
      tensors = architecture.parameterShapes.map {
        Tensor(name: "\(place)/flow/\($0.name)", shape: $0.dimensions)
      }
      self.architecture = try architecture.jsonText()
      training = member.training.map(Training.init)
      (parameters, history) = (architecture.parameterCount, member.history)
      selectionHistory = member.selectionHistory.isEmpty ? nil : member.selectionHistory
      provenance = isEnsemble ? member.provenance : nil
    }

    var trainingText: String? {
      history.last.map { last in
        let valid = last.valid.map { ", valid \($0.text(digits: 4))" } ?? ""
        return "\(history.count) epochs, \(last.seconds.text(digits: 1)) s; "
          + "last losses: train \(last.train.text(digits: 4))\(valid)"
      }
    }

    var bestText: String {
      if let selected = selectionHistory?.compactMap(\.valid).min() {
        return "; validation loss \(selected.text(digits: 4)) before it was fitted again to all rows"
      }
      guard let training, let loss = training.bestLoss else { return "" }
      return "; best \(loss.text(digits: 4)) in epoch \(training.bestEpoch)"
    }
  }

  /// Where training stands.
  struct Training: Encodable {
    let step, totalSteps, epoch, bestEpoch: Int
    let seconds, learningRate: Double
    let bestLoss: Double?
    /// Nil where it can be resumed.
    let stopped: String?

    init(_ training: TrainingCheckpoint) {
      (step, totalSteps) = (training.step + training.stepOfEpoch, training.totalSteps)
      (epoch, bestEpoch, seconds) = (training.epoch, training.best?.epoch ?? 0, training.seconds)
      (learningRate, bestLoss) = (training.learningRate, training.best?.loss)
      stopped = training.stopped?.rawValue
    }
  }

  /// A model as JSON: of one flow, its line and that of the file are one; of an ensemble, `members` has one for each.
  private struct Line: Encodable {
    private let facts: FileLine
    private let only: MemberLine?
    private let members: [MemberLine]?

    init(_ facts: ModelFileFacts, _ model: Model, _ only: MemberLine?, _ members: [MemberLine]?) {
      (self.facts, self.only, self.members) = (FileLine(facts, model), only, members)
    }

    private enum Keys: CodingKey { case members }

    func encode(to encoder: any Encoder) throws {
      try only?.encode(to: encoder)
      try facts.encode(to: encoder)
      guard let members else { return }
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(members, forKey: .members)
    }
  }

  private struct FileLine: Encodable {
    let format = "FlowKit model"
    let formatVersion: Int
    let elementType: String
    let bytes: Int
    let fileDigest: String
    let digest: String?
    let edited: Bool
    let dimension: Int
    let columns, context: [String]
    /// Columns that those determine.
    let dependentColumns: [DependentColumns.Column]
    let units, contextUnits: [String?]
    let provenance: [String: MetadataValue]
    /// What makes of the columns the latents of the flow.
    let encoder: EncoderLine?

    init(_ file: ModelFileFacts, _ model: Model) {
      (formatVersion, elementType) = (file.formatVersion, file.elementType)
      (bytes, fileDigest, digest, edited) = (file.bytes, file.fileDigest, file.digest, file.isEdited)
      (units, contextUnits) = (model.units, model.contextUnits)
      (dimension, columns, context) = (model.columns.count, model.columns, model.contextColumns)
      (provenance, dependentColumns) = (model.provenance, model.dependent.columns)
      encoder = model.encoding.map { EncoderLine($0) }
    }
  }
}
