import ArgumentParser
import FlowKit

struct Check: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Says what an architecture can represent, why, and what to change.",
    discussion: """
      Every statement is a proof from what the layers declare, or says 'unknown'. The exit code is 0 without findings \
      and 2 with findings. The guide Expressivity explains the notions.
      """)

  @Argument(help: "A model that 'flowctl fit' wrote.")
  var model: String?

  @Option(help: "A layer list, such as '8*[lower,leaky-relu]'.")
  var layers: String?

  @Option(help: "An architecture by name: \(Recipe.all.map(\.name).joined(separator: ", ")).")
  var recipe: String?

  @Option(help: "The base distribution: \(Registry.standard.baseNames.joined(separator: ", ")).")
  var base: String?

  @Option(parsing: .unconditional, help: "The number of features; with --data, its columns.")
  var dimension: Int?

  @Option(
    parsing: .unconditional,
    help:
      "The number of context features; with --data, its last columns, or, as in 'fit', columns or DATA of their own.")
  var context: String?

  @Option(help: "Events to check as well: file.h5, file.h5:/path/in/file, file.csv or file.npy.")
  var data: String?

  @Option(help: "The columns of the events that are features, \(ColumnList.help).")
  var columns: ColumnList?

  @Flag(help: "Leave out rows with a NaN or an infinite value.")
  var skipNonFinite = false

  @OptionGroup var missing: MissingArguments

  @OptionGroup(title: "Reading the events")
  var arrays: ReadingArguments

  @Option(help: "An objective with which it is to be trained: \(FitObjective.names.joined(separator: ", ")).")
  var objective: String?

  @Option(parsing: .unconditional, help: "Decides everything random in the layers.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func run() throws {
    let objective = try self.objective.map { text throws(FlowError) in try FitObjective(text) }
    if data == nil, columns != nil { throw FlowError(.data, "--columns are columns of events; give them with --data") }
    let events = try data.map { location throws(FlowError) in try read(DataLocation(location)) }
    var results: [(expressivity: Expressivity, architecture: Architecture)] = []
    let encoder = try model.flatMap { path throws(FlowError) in
      try ModelReading.model(path).encoding?.encoder.architecture
    }
    if encoder != nil, data != nil {
      throw FlowError(.data, "the flow of a model with an encoder sees latents: leave out --data")
    }
    for architecture in try architectures(events) {
      var result = Expressivity.analyze(architecture)
      if let encoder { result.addFinding(of: encoder) }
      if let events {
        guard events.columns.count == architecture.dimension else {
          throw FlowError(
            .data, "\(events.location) has \(events.columns.count) columns, but the flow has \(architecture.dimension)")
        }
        try result.addFindings(of: architecture, on: events)
      }
      if let criterion = objective?.criterion {
        if criterion is FlowMatchingCriterion { _ = try FlowMatching(architecture) }
        result.addSampleFindings(of: architecture)
      }
      results.append((result, architecture))
    }
    if results.count == 1 {
      if json {
        try results[0].expressivity.printJSON()
      } else {
        show(results[0].expressivity, results[0].architecture)
      }
    } else if json {
      try MembersLine(members: results.map(\.expressivity)).printJSON()
    } else {
      for (index, result) in results.enumerated() {
        print("\(index > 0 ? "\n" : "")member \(index) of an ensemble of \(results.count)")
        show(result.expressivity, result.architecture)
      }
    }
    if results.contains(where: { !$0.expressivity.findings.isEmpty }) {
      try Terminal.finishOutput()
      throw ExitCode.findings
    }
  }

  private struct MembersLine: Encodable { let members: [Expressivity] }

  // MARK: What to check

  /// Those of the members of an ensemble; else one.
  private func architectures(_ events: EventSet?) throws(FlowError) -> [Architecture] {
    let given = [model, layers, recipe].compactMap { $0 }.count
    guard given == 1 else {
      throw FlowError(.architecture, "give one of a model file, --layers and --recipe, not \(given) of them")
    }
    if let model {
      guard base == nil, dimension == nil, context == nil || data != nil else {
        throw FlowError(
          .architecture, "a model has its own base and dimensions; leave out --base, --dimension, --context")
      }
      return try ModelReading.model(model).members.map(\.flow.architecture)
    }
    let list = if let layers { layers } else { try Recipe(named: recipe ?? "").layers }
    let base = base ?? "normal"
    if let events {
      guard dimension == nil else {
        throw FlowError(.architecture, "--dimension and --data both say how many features there are; give one of them")
      }
      return [try Architecture(fitting: events, layers: list, base: base, seed: seed)]
    }
    guard let dimension else {
      throw FlowError(.architecture, "how many features? give --dimension D, or --data")
    }
    var random = RandomStream(seed: seed, purpose: .architecture)
    let dimensions = try (
      OptionCheck.positive(dimension, "--dimension", atMost: 100_000), contextCount() ?? 0
    )
    let chain = try LayerList(list).chain(
      dimension: dimensions.0, contextDimension: dimensions.1, using: &random)
    return [Architecture(chain: chain, base: try Registry.standard.base(base, dimension: dimensions.0))]
  }

  /// How many features --context says there are; nil where it names columns or DATA.
  private func contextCount() throws(FlowError) -> Int? {
    guard let context else { return 0 }
    guard let count = Int(context) else {
      guard data == nil else { return nil }
      throw FlowError(.architecture, "--context is a number of features without --data, got '\(context)'")
    }
    return count == 0 ? 0 : try OptionCheck.positive(count, "--context", atMost: 100_000)
  }

  private func read(_ location: DataLocation) throws(FlowError) -> EventSet {
    let access = try missing.access(arrays.access())
    let parts = try access.parts(of: location)
    let events = try EventSet(
      parts.train, selection(parts, access), skipNonFinite: skipNonFinite, access: access)
    events.notes.note()
    return events
  }

  private func selection(_ parts: DataParts, _ access: any TableAccess) throws(FlowError) -> ColumnSelection {
    if let model {
      let context = try context.map { text throws(FlowError) in try ColumnsOrData(text) }
      return try ColumnSelection(
        for: ModelReading.model(model), in: parts.train, columns: columns?.names, contextColumns: context?.columns,
        context: context?.location, access: access)
    }
    guard let count = try contextCount(), count > 0 else {
      return try FitSelection(
        columns: columns, context: contextCount() == nil ? context : nil, weights: nil, parts, access
      ).train
    }
    let table = try access.table(parts.train, columns: columns?.names)
    let names = table.columns
    guard count < names.count else {
      throw FlowError(
        .data, "\(table.location) has \(names.count) columns; --context \(count) leaves none for the events")
    }
    return ColumnSelection(columns: Array(names.dropLast(count)), context: Array(names.suffix(count)))
  }

  // MARK: Report

  private func show(_ result: Expressivity, _ architecture: Architecture) {
    for line in result.report { print(line) }
    for (number, finding) in result.findings.enumerated() {
      var lines = ["", "\(number + 1). \(finding.kind.rawValue): \(finding.says)"]
      if !finding.layers.isEmpty { lines.append("   layers   \(Self.shortened(finding.layers))") }
      lines.append("   because  \(finding.because)")
      if let remedy = finding.remedy { lines.append("   repair   \(remedy.inOptions)") }
      if !finding.source.isEmpty { lines.append("   source   \(finding.source)") }
      for line in lines.flatMap({ Expressivity.wrapped($0, indent: 12) }) { print(line) }
      guard let repair = finding.repair else { continue }
      print("   repair   --layers '\(repair)'")
      if let other = Expressivity.analyzing(repair, like: architecture.chain, architecture.base) {
        print("            mixing \(other.mixing.kind.rawValue), density \(other.density.kind.rawValue)")
      }
    }
    print(
      result.findings.isEmpty
        ? "\nno findings" : "\n\(result.findings.count) \(result.findings.count == 1 ? "finding" : "findings")")
  }

  private static func shortened(_ layers: [Int]) -> String {
    let shown = layers.prefix(12).map(String.init).joined(separator: ", ")
    return layers.count > 12 ? "\(shown), ..." : shown
  }
}
