import ArgumentParser
import FlowKit

/// An encoder that makes latents of the columns, to which the flow is fitted.
struct EncoderArguments: ParsableArguments {
  @Option(
    help: """
      Put a network before the flow: its hidden widths, such as 128x128, or linear, then other arguments, such as activation=tanh. It \
      is trained by --objective \(EncoderObjective.names.joined(separator: ", ")), with arguments, such as \
      'vae(prior=mixture(8),posterior=flow)' or 'triplet(triplets=t.h5:/path)', then the flow is fitted to its latents; the guide Encoders \
      says what each is good for. With --context \
      all networks of ae and vae see the context, and the flow is p(latents | context).
      """)
  var encoder: String?

  @Option(parsing: .unconditional, help: "How many latents the encoder has.")
  var latent: Int?

  @Option(help: "The network that leads back, written as the encoder's; by default its widths in the other order.")
  var decoder: String?

  var isGiven: Bool { encoder != nil }

  /// What is to be fitted before the flow.
  struct Plan {
    let encoder: String
    let latents: Int
    let decoder: String?
    let objective: EncoderObjective
    /// Those that the features of a perceptual loss are of.
    let featureColumns: [String]?

    /// Throws where the features are of other columns than the events.
    func check(_ events: any EventSource) throws(FlowError) {
      guard let featureColumns, featureColumns != events.columns else { return }
      throw FlowError(
        .data,
        "\(objective.text): its features are of the columns \(featureColumns.joined(separator: ", ")), but \(events.place) has "
          + events.columns.joined(separator: ", "))
    }
  }

  /// - Throws: where options contradict each other, or a text describes nothing.
  func plan(of fit: Fit) throws(FlowError) -> Plan? {
    guard let encoder else {
      if latent != nil || decoder != nil {
        throw FlowError(.architecture, "--latent and --decoder belong to --encoder, such as --encoder 128x128")
      }
      let name = fit.objective.objective.map { String($0.prefix { $0 != "(" }) }
      if let name, EncoderObjective.names.contains(name) {
        throw FlowError(
          .architecture, "\(name) trains an encoder; give one, such as --encoder 128x128 --latent 8")
      }
      return nil
    }
    guard let latent else {
      throw FlowError(.architecture, "how many latents is the encoder to have? give --latent")
    }
    let latents = try OptionCheck.positive(latent, "--latent", atMost: 65_536)
    let others: [(String, Bool)] = [
      ("--context-embedding", fit.contextEmbedding != nil),
      ("--curriculum", fit.lessons.curriculum), ("--curriculum-by", fit.lessons.curriculumBy != nil),
      ("--likelihood-weight", fit.objective.likelihoodWeight != nil), ("--report", fit.ensembles.report != nil),
      ("the options of preprocessing", fit.preprocessing.areGiven),
    ]
    if let other = others.first(where: \.1) {
      throw FlowError(.architecture, "\(other.0) cannot be given with --encoder")
    }
    let (objective, featureColumns) = try Self.withFeatures(
      Self.withTriplets(EncoderObjective(fit.objective.objective ?? ReconstructionCriterion.name)))
    if fit.context != nil, !objective.criterion.trainsDecoder {
      throw FlowError(.architecture, "the networks of \(objective.name) see no context: --context is for ae and vae")
    }
    for text in [encoder, decoder] where text != nil { _ = try CodeNetwork(text!, inputs: 1, outputs: 1) }
    return Plan(
      encoder: encoder, latents: latents, decoder: decoder, objective: objective, featureColumns: featureColumns)
  }

  /// With the triplets that an objective names by their file.
  private static func withTriplets(_ objective: EncoderObjective) throws(FlowError) -> EncoderObjective {
    guard var criterion = objective.criterion as? TripletCriterion, case .rows(let name, _) = criterion.source else {
      return objective
    }
    let table = try ContainedAccess.shared.table(DataLocation(name))
    guard table.columns.count == 3 else {
      throw FlowError(
        .data, "\(name) has \(table.columns.count) columns; triplets are rows of three: anchor, positive, negative")
    }
    var numbers: [Double] = []
    try table.forEachBlock { numbers += $0 }
    criterion.source = .rows(named: name, try RowTriplets(name, numbers))
    return EncoderObjective(criterion, metric: objective.metric, weights: objective.weights)
  }

  /// With the encoder of the features that an objective names by the model file in which it is.
  private static func withFeatures(
    _ objective: EncoderObjective
  ) throws(FlowError) -> (objective: EncoderObjective, columns: [String]?) {
    guard var criterion = objective.criterion as? ReconstructionCriterion, let path = criterion.featuresName else {
      return (objective, nil)
    }
    let model = try ModelReading.model(path)
    guard let encoding = model.encoding else {
      throw FlowError(.architecture, "\(path) has no encoder, whose latents features are")
    }
    guard model.contextColumns.isEmpty || encoding.classes != nil else {
      throw FlowError(
        .architecture,
        "the encoder of \(path) sees the context \(model.contextColumns.joined(separator: ", ")); features are those of one without"
      )
    }
    criterion.features = encoding.encoder
    return (EncoderObjective(criterion, metric: objective.metric, weights: objective.weights), model.columns)
  }
}
