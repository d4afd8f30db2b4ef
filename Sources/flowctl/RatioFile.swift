import FlowKit
import Glibc

/// The file of `flowctl compare --ratio`: the ratio p/q of the densities of both samples at each row, by classifiers that had not
/// seen it.
struct RatioFile {
  private let samples: ComparedSamples
  private let logRatios: (first: [Double], second: [Double])

  init(_ samples: ComparedSamples, _ logRatios: (first: [Double], second: [Double])) {
    (self.samples, self.logRatios) = (samples, logRatios)
  }

  /// Writes the datasets `ratio_a` and `ratio_b`, a number for each row as the data have them, NaN where a row was left out; and
  /// `draws`, those of a model.
  func write(to path: String) throws(FlowError) {
    let writer = try TableWriter(
      to: path,
      attributes: Provenance.common.merging(["a": .text(samples.first.place), "b": .text(samples.second.place)]) { $1 })
    for (name, events, ratios) in [
      ("ratio_a", samples.first, logRatios.first), ("ratio_b", samples.second, logRatios.second),
    ] {
      let rows = try byRow(ratios, of: events)
      try writer.addDataset(name, shape: [rows.count])
      try writer.append(rows, to: name)
    }
    if let drawn = samples.drawn { try write([samples.first, samples.second][drawn], to: writer) }
    try writer.finish()
  }

  private func write(_ draws: any EventSource, to writer: TableWriter) throws(FlowError) {
    try writer.addDataset(
      "draws", shape: [draws.count, draws.columns.count], columns: draws.columns,
      attributes: OutputMark.samples.attribute)
    try writer.append(draws.contents().events, to: "draws")
  }

  private func byRow(_ ratios: [Double], of events: any EventSource) throws(FlowError) -> [Double] {
    var result = [Double](repeating: .nan, count: events.count + events.droppedRows)
    var event = 0
    try events.forEachBlock { block in
      let count = block.events.events.count / events.columns.count
      for index in 0..<count {
        result[block.rows?[index] ?? event] = exp(ratios[event])
        event += 1
      }
    }
    return result
  }
}
