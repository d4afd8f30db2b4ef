import FlowKit

// Scores of a model with an encoder: a density of latents, and how far reconstructions are from events. Neither is a density of events.

extension Density {
  private struct Line: Encodable {
    let count: Int
    let kind: String
    /// Of log p(z), or of the bound, over the events that have one.
    let mean, standardError: JSONNumber
    /// The mean reconstruction error; null without a decoder.
    let reconstruction: JSONNumber
    /// Of a bound, how many it is made of.
    let draws: Int?
    let nonFinite: Int
    /// Of a model that predicts labels, where the true ones are given.
    let classification: ClassificationLine?
    let data: String
  }

  func scoreEncoded(
    _ model: Model, _ path: String, _ location: DataLocation, _ contextColumns: [String]?, _ context: DataLocation?,
    _ access: any TableAccess
  ) throws {
    let table = try EncoderTable(
      model, location, columns: columns?.names, contextColumns: contextColumns, context: context, labels: labels,
      threads: OptionCheck.threads(threads),
      acceptingNonFinite: skipNonFinite, access: access)
    table.notes.note()
    let draws = try OptionCheck.positive(draws, "--draws", atMost: 1_000_000)
    let hasDecoder = model.encoding?.encoder.hasDecoder == true
    let names =
      [table.scoresBounds ? "log_density_bound" : "latent_log_density"] + (hasDecoder ? ["reconstruction"] : [])
    let writer = try destination.begin(
      "scores", shape: [table.rows, names.count], columns: names,
      attributes: try Provenance.of(path, table.location), mark: .logDensities)
    var (densities, errors) = (RunningMoments(), RunningMoments())
    let classification = try table.score(draws: draws) { latents, reconstructions throws(FlowError) in
      try Interrupts.check(writing: destination.file)
      for value in latents { densities.add(value) }
      for value in reconstructions ?? [] { errors.add(value) }
      try writer?.append(
        latents.indices.flatMap { row in [latents[row]] + (reconstructions.map { [$0[row]] } ?? []) })
    }
    try writer?.finish()
    if json {
      try Line(
        count: table.rows, kind: table.scoresBounds ? "bound" : "latent", mean: JSONNumber(densities.mean),
        standardError: JSONNumber(densities.standardError),
        reconstruction: JSONNumber(errors.mean), draws: table.scoresBounds ? draws : nil,
        nonFinite: table.rows - densities.finiteCount, classification: classification.map { ClassificationLine($0) },
        data: table.location.description
      ).printJSON()
      return
    }
    print("scored \(table.location): \(table.rows.grouped) events")
    if table.scoresBounds {
      let name = draws == 1 ? "evidence lower bound" : "importance-weighted bound of \(draws) draws"
      print("mean \(name) \(Self.text(densities)) nats, below the mean log p of the columns")
    } else {
      let given = model.encoding?.encoder.contextDimension ?? 0 > 0 ? " | context" : ""
      print("mean log p(z\(given)) of the latents \(Self.text(densities)) nats: no density of the columns")
    }
    if hasDecoder {
      let unit =
        model.encoding?.encoder.architecture.metric == .equal ? "squared units of the columns" : "squared deviations"
      print("mean reconstruction error \(Self.text(errors)), in \(unit), a mean over the columns")
    }
    if let classification { print("labels: \(ClassificationLine(classification).text)") }
    if let written = writer?.location { print("wrote \(written)") }
  }

  private static func text(_ moments: RunningMoments) -> String {
    guard let mean = moments.mean else { return "none" }
    return "\(mean.text(digits: 4)) ± \((moments.standardError ?? 0).text(digits: 4))"
  }
}
