import FlowKit

extension ReportSubject {
  private var rowsText: String {
    guard let read else { return "" }
    let chosen =
      read.count < read.total
      ? "\(read.count.grouped) of \(read.total.grouped) rows, chosen at random" : "\(read.count.grouped) rows"
    return "\(chosen) of \(read.place): \(role.text)."
  }

  func trainingSection() throws(FlowError) -> [HTML] {
    let caption =
      model.curves.count > 1
      ? "Losses of each flow over its epochs. Circles mark the chosen epochs."
      : "Losses over the epochs. The circle marks the chosen one."
    return [try .figure(TrainingPlot.picture(model), id: "training-figure", caption: caption)]
  }

  func cornerSection() throws(FlowError) -> [HTML] {
    let picture = CornerPlot.picture(events)
    guard read != nil else {
      return [
        try .figure(
          picture, id: "corner-figure",
          caption:
            "Draws from the model: a histogram of each column, and contours that hold 39.3, 86.5 and 98.9 % of the draws of each pair."
        )
      ]
    }
    return [
      .paragraph(
        "Data are \(rowsText) Events were drawn from the model\(model.contextColumns.isEmpty ? "" : ", for the context of each row")."
      ),
      try .figure(
        picture, id: "corner-figure",
        caption:
          "Blue: data, with errors of one standard deviation. Orange: the model. Contours hold 39.3, 86.5 and 98.9 % of the events (1, 2 and 3 standard deviations of a normal density of two columns). A model that fits has its lines on the borders of the regions and its steps within the errors."
      ),
    ]
  }

  func quantilesSection() throws(FlowError) -> [HTML] {
    let compared = comparisons
    let rows = compared.map { name, unit, comparison in
      [
        name + (unit.map { " [\($0)]" } ?? ""), comparison.distance.significant(3), comparison.limit.significant(3),
        areTested ? (comparison.isDifferent ? "different" : "within chance") : "–",
      ]
    }
    let validity =
      areTested
      ? "The limit is what chance alone exceeds in at most 5 % of all cases, in any of the columns." : untestedText
    return [
      .paragraph(
        "Each column's quantiles in the data minus those of the model's draws, in standard deviations. A curve above 0 says that the data reach higher than the model there. The grey bands are where all curves stay with a joint probability of 95 % if the model is right."
      ),
      try .figure(
        QuantilesPlot.picture(compared), id: "quantiles-figure",
        caption: "Differences of quantiles between data and model, for each column."),
      .paragraph("The distance is the largest difference of the two distribution functions. \(validity)"),
      .table(
        "Kolmogorov–Smirnov distances between data and model",
        head: ["column", "distance", "limit", "result"], rows),
    ]
  }

  func latentSection() throws(FlowError) -> [HTML]? {
    guard let (values, weights, found) = try latents() else { return nil }
    let which = model.members.count > 1 ? " Of the mixture's flows this is the first; each has latents of its own." : ""
    let reference = found.isNormal ? "draws from the standard normal base" : "latents of the model's own draws"
    func result(_ distance: Double) -> String {
      guard let limit = found.limit, areTested else { return "–" }
      return distance > limit ? "different" : "within chance"
    }
    var rows = found.features.enumerated().map { index, feature in
      [
        "z\(index)", feature.mean.text(digits: 3), feature.standardDeviation.text(digits: 3),
        feature.skewness.text(digits: 3),
        feature.excessKurtosis.text(digits: 3), feature.distance.significant(3), result(feature.distance),
      ]
    }
    if rows.count > 30 {
      let kept = found.features.indices.sorted { found.features[$0].distance > found.features[$1].distance }.prefix(30)
        .sorted()
      rows = kept.map { rows[$0] }
    }
    rows.append(["|z|²", "–", "–", "–", "–", found.radiusDistance.significant(3), result(found.radiusDistance)])
    let limit =
      found.limit.map { limit in
        areTested
          ? "With a probability of 95 % all distances are below \(limit.significant(3)) if the flow is right."
          : untestedText
      } ?? untestedText
    let correlation =
      found.correlation.map {
        " The largest correlation is \($0.value.text(digits: 3)), of z\($0.first) and z\($0.second)."
      } ?? ""
    return [
      .paragraph(
        "Where the flow is right, the latents z of the data are \(reference), and |z|² shows whether they are so jointly. \(limit)\(found.isNormal ? correlation : "")\(which)"
      ),
      try .figure(
        LatentPlot.picture(values, weights, found), id: "latents-figure",
        caption: found.isNormal
          ? "Latents of the data (blue) beside the standard normal density, and |z|² beside χ² (orange)."
          : "Latents of the data."),
      .table(
        "The latents, feature by feature and jointly",
        head: ["latent", "mean", "σ", "skewness", "excess kurtosis", "distance", "result"], rows),
    ]
  }

  var worstRowsSection: [HTML] {
    guard let read else { return [] }
    let order = logDensities.indices.filter { (read.rows.weights?[$0] ?? 1) > 0 }
      .sorted {
        (logDensities[$0].isNaN ? -.infinity : logDensities[$0], $0) < (
          logDensities[$1].isNaN ? -.infinity : logDensities[$1], $1
        )
      }
      .prefix(10)
    let width = events.dimension
    let sorted = (0..<width).map { SortedColumn(read.rows.events, column: $0, of: width, weights: read.rows.weights) }
    func distance(_ row: Int, _ column: Int) -> Double {
      let (low, middle, high) = (
        sorted[column].quantile(0.1587), sorted[column].quantile(0.5), sorted[column].quantile(0.8413)
      )
      let value = read.rows.events[row * width + column]
      let scale = value < middle ? middle - low : high - middle
      return value == middle ? 0 : scale > 0 ? (value - middle).magnitude / scale : .infinity
    }
    let shown = events.chosen(atMost: 12)
    let rows = order.map { row in
      let farthest = (0..<width).max { distance(row, $0) < distance(row, $1) }!
      let far = distance(row, farthest)
      let values = shown.map { read.rows.events[row * width + $0].significant(5) }
      return [
        "\(read.numbers[row])", logDensities[row].text(digits: 2),
        "\(events.columns[farthest]), \(far.isFinite ? far.text(digits: 1) + " σ" : "apart")",
      ] + values
    }
    let names = shown.map { events.columns[$0] + (events.units[$0].map { " [\($0)]" } ?? "") }
    return [
      .paragraph(
        "The rows of lowest log-density, which the model finds least likely: errors in the data, rare kinds of events, or regions that the model does not know. Rows are counted from 0. The distance of the farthest column from the median is in units of the distance of the quantile that is one standard deviation out on that side."
      ),
      .table("The \(rows.count) least likely rows", head: ["row", "log p [nats]", "farthest out"] + names, rows),
    ]
  }
}
