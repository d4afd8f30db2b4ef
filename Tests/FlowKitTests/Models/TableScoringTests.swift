import FlowKit
import Testing

@Suite struct TableScoringTests {
  /// The code of the guide Data files and flowctl's way give the same numbers.
  @Test func aTableIsScoredBlockByBlock() throws {
    try withFolder { folder in
      let flow = try exampleFlow()
      try Model(flow: flow, columns: ["x", "y", "z"]).write(to: "\(folder)/model.h5")
      let values = uniformNumbers(3 * 1_000)
      let rows = stride(from: 0, to: values.count, by: 3).map { [9, values[$0], values[$0 + 1], values[$0 + 2]] }
      let location = try writeTable(rows, columns: ["other", "x", "y", "z"], in: folder)

      let model = try Model(reading: "\(folder)/model.h5")
      let table = try HDF5Table(location, columns: model.columns)
      let writer = try TableWriter(to: "\(folder)/scores.h5")
      try writer.addDataset("log_density", shape: [table.rows])
      try table.forEachBlock { block throws(FlowError) in
        try writer.append(model.flow.logDensity(block), to: "log_density")
      }
      try writer.finish()

      let scores = try HDF5Table(DataLocation("\(folder)/scores.h5")).values()
      #expect(scores == flow.logDensity(values))
      var scored: [Double] = []
      try TableScorer(model, location).score { block throws(FlowError) in scored += block }
      #expect(scored == scores)
    }
  }
}
