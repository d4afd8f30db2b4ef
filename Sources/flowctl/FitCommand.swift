import ArgumentParser
import FlowKit

struct Fit: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Fits a flow to events and writes it as a model file.",
    discussion: """
      DATA is file.h5 or file.h5:/path/in/file, text (.csv, .tsv) or a NumPy array (.npy). A file or group with train, valid and test \
      is used as such. Losses are mean negative log-densities, in nats, in the data's own units, unless --objective names another \
      one. Ctrl-C stops after the current step and writes the \
      best model so far; --resume goes on from there, and from the last checkpoint of a fit that was killed.
      """)

  @Argument(help: "Events: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String

  @Option(name: .shortAndLong, help: "The model file to write.")
  var output: String

  @OptionGroup var missing: MissingArguments

  @Option(help: "The event columns, \(ColumnList.help); all others by default.")
  var columns: ColumnList?

  @Option(help: "Context columns, or DATA of their own that is as long: fits p(columns | context).")
  var context: String?

  @Option(help: "A column of weights, at least 0, or DATA of its own that is as long.")
  var weights: String?

  @OptionGroup(title: "Reading DATA")
  var reading: ReadingArguments

  @Option(parsing: .unconditional, help: "Validation events: a fraction of the training rows (0 for none) or DATA.")
  var valid: String?

  @OptionGroup(title: "Preprocessing")
  var preprocessing: PreprocessingArguments

  @Option(help: "A good default architecture: \(Recipe.all.map(\.name).joined(separator: ", ")).")
  var recipe: String?

  @Option(help: "The layers, from the data to the base, such as '8*[coupling-affine(hidden=64x64),permute(reverse)]'.")
  var layers: String?

  @Option(
    help: """
      A trained network through which the layers see the context: its widths, such as 64x64, then other arguments, such \
      as network=residual.
      """)
  var contextEmbedding: String?

  @Option(
    help: """
      The base distribution: \(Registry.standard.baseNames.joined(separator: ", ")), with arguments, such as mixture(8) or \
      'product(3*normal,uniform(-pi,pi))'.
      """)
  var base = "normal"

  @OptionGroup(title: "Objective")
  var objective: ObjectiveArguments

  @OptionGroup(title: "An encoder before the flow")
  var encoders: EncoderArguments

  @OptionGroup(title: "What is not named is chosen from the data, but for fits with --epochs or --objective")
  var automatic: AutomaticArguments

  @Option(parsing: .unconditional, help: "Passes over the training rows.")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "A time limit in place of --epochs.")
  var minutes: Double?

  @Option(parsing: .unconditional, help: "Rows per training step.")
  var batch: Int?

  @Option(parsing: .unconditional, help: "The largest learning rate; it falls to 0 along a cosine.")
  var learningRate: Double?

  @Option(parsing: .unconditional, help: "Stop after this many epochs without a better validation loss.")
  var patience: Int?

  @Option(
    parsing: .unconditional,
    help: "Memory for training rows, in MB; rows that do not fit are read from DATA in every epoch.")
  var buffer = Double(EventSet.defaultBuffer) / 1e6

  @Option(parsing: .unconditional, help: "Decides everything random.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @OptionGroup(title: "How training steps see their rows")
  var lessons: LessonArguments

  @Flag(help: "Leave out rows with a NaN or an infinite value.")
  var skipNonFinite = false

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Flag(help: "Go on from the state in the output file, if it exists; everything else as it was begun with.")
  var resume = false

  @OptionGroup(title: "Ensembles, and what follows a fit")
  var ensembles: EnsembleArguments

  @Option(parsing: .unconditional, help: "Write the model and the state to resume from after so many seconds.")
  var checkpointEvery = 60.0

  @Flag(help: "Print JSON: a line per epoch, and one for the result.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let options = try trainingOptions()
    let encoder = try encoders.plan(of: self)
    let objective = try encoder == nil ? self.objective.fitObjective() : .likelihood
    let split = try ValidationChoice(valid)
    let layerList = try layers ?? Recipe(named: recipe ?? Recipe.all[0].name).layers
    // What needs no data is checked before they are read.
    _ = try LayerList(layerList)
    try Registry.standard.check(base: base)
    if let contextEmbedding { try ContextEmbedding.check(contextEmbedding) }
    try OutputPath.check(output, force: force || resume, inputs: [DataLocation(data).file] + split.files)
    let preprocess = try preprocessing.options()
    let (events, validation, ease) = try readEvents(
      split, buffer: options.buffer, labels: encoder?.objective.criterion.labels)
    if let encoder { return try fitEncoder(encoder, events, validation, options, layerList) }
    if isAutomatic { return try fitAutomatically(events, validation, preprocess) }
    var setup = try TrainingSetup(
      fitting: events, validation: validation, layers: layerList, base: base, preprocessing: preprocess,
      contextEmbedding: contextEmbedding, options: options, objective: objective, broad: automatic.broad ?? 0)
    setup.ease = ease
    let fit = try ensembles.fit(setup)
    try checkReport()
    let begun = try stateToResume(fit)
    if let ended = fit.ending(of: begun) {
      Terminal.note("\(output): training has ended already (\(ended)); there is nothing to resume")
      return
    }
    Interrupts.catchThem()
    noteFindings(setup.survey, preprocess, setup.repeats)
    try describe(setup)
    warn(of: setup.architecture)
    let own = try setup.provenance()
    try JobProcess.agree(own)
    let provenance = provenance(setup.train, setup.validation).merging(own) { $1 }
    let state = try fitted(fit, from: begun) { Model(fit, $0, provenance) }
    guard state.members.contains(where: { $0.bestEpoch > 0 }) else {
      throw FlowError(.file, "interrupted before the first step: nothing was written to \(output)")
    }
    try Model(fit, state, provenance).writeOnce(to: output, keepingState: ensembles.keepState)
    try report(fit, state)
    try writeReport(setup.train, setup.validation)
  }

  // MARK: Options

  private func trainingOptions() throws(FlowError) -> TrainingOptions {
    if recipe != nil, layers != nil {
      throw FlowError(.architecture, "--recipe and --layers both name an architecture; give one of them")
    }
    if contextEmbedding != nil, context == nil {
      throw FlowError(.architecture, "--context-embedding needs --context: without it there is nothing to embed")
    }
    if !isAutomatic, let flag = automatic.planFlag {
      throw FlowError(
        .architecture,
        "\(flag) is about a fit whose plan is chosen from the data; leave out --epochs, --patience, --objective, --noise, --curriculum and --curriculum-by"
      )
    }
    if epochs != nil, minutes != nil {
      throw FlowError(.architecture, "--epochs and --minutes both say how long to train; give one of them")
    }
    var options = TrainingOptions()
    options.epochs = try OptionCheck.positive(epochs ?? options.epochs, "--epochs", atMost: 1_000_000_000)
    options.minutes = try minutes.map { minutes throws(FlowError) in
      try OptionCheck.positive(minutes, "--minutes", atMost: 10_000_000)
    }
    options.batchSize = try OptionCheck.positive(batch ?? options.batchSize, "--batch", atMost: 1_000_000_000)
    options.learningRate = try OptionCheck.positive(
      learningRate ?? options.learningRate, "--learning-rate", atMost: 1_000)
    options.buffer = Int(1e6 * (try OptionCheck.positive(buffer, "--buffer", atMost: 1_000_000)))
    options.patience = try OptionCheck.positive(patience ?? options.patience, "--patience", atMost: 1_000_000_000)
    _ = try OptionCheck.threads(threads)
    _ = try OptionCheck.positive(checkpointEvery, "--checkpoint-every", atMost: .infinity)
    try lessons.apply(to: &options)
    options.seed = seed
    return options
  }

  // MARK: Reports

  private func describe(_ setup: TrainingSetup) throws(FlowError) {
    guard !json else { return }
    let architecture = setup.architecture
    printEvents(setup.train, setup.validation)
    if preprocessing.areGiven {
      print("       preprocessing: \(architecture.preprocessingSummary(columns: setup.train.columns))")
    }
    print("flow   \(architecture.layerList), \(architecture.parameterCount.grouped) parameters")
    if let criterion = setup.objective.criterion {
      print("loss   \(setup.objective.description), in \(criterion.unit)")
    }
    try Terminal.finishOutput()
  }

  /// At most two lines about what the architecture cannot do; `flowctl check` explains them.
  func warn(of architecture: Architecture) {
    let findings = Expressivity.analyze(architecture, repairing: false).findings.filter { $0.kind.isWarning }
    guard let first = findings.first, !json else { return }
    let others = findings.dropFirst().map(\.kind.rawValue)
    let more = others.isEmpty ? "" : " (also: \(others.joined(separator: ", ")))"
    Terminal.note("check  \(first.kind.rawValue): \(first.says)\(more)")
    Terminal.note("       'flowctl check' with these layers says why, and what to change")
  }

  func provenance(_ train: any EventSource, _ validation: (any EventSource)?) -> [String: MetadataValue] {
    var provenance = Provenance.common
    provenance["data"] = .text(train.place)
    provenance["training_rows"] = .integer(train.count)
    provenance["dropped_rows"] = .integer(train.droppedRows)
    provenance["validation"] = .text(validation?.place ?? "none")
    provenance["validation_rows"] = .integer(validation?.count ?? 0)
    return provenance
  }
}
