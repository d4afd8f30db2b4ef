import FlowKit
import Testing

/// Model files of several flows.
@Suite struct EnsembleModelTests {
  private func model() throws -> Model {
    let members = try [1, 5].map { seed in
      Model.Member(flow: try exampleFlow(seed: seed), provenance: ["seed": .text("\(seed)")])
    }
    return Model(
      members: members, columns: ["x", "y", "z"], units: ["m", nil, nil], provenance: ["data": "somewhere"])
  }

  @Test func membersComeBackInTheirOrder() throws {
    try withFolder { folder in
      let (path, written) = ("\(folder)/model.h5", try model())
      try written.write(to: path)
      let read = try Model(reading: path)
      #expect(read.members.map(\.flow.parameters) == written.members.map(\.flow.parameters))
      #expect(read.members.map(\.provenance) == [["seed": "1"], ["seed": "5"]])
      #expect(
        read.columns == ["x", "y", "z"] && read.units == ["m", nil, nil] && read.provenance == ["data": "somewhere"])
      let events = uniformNumbers(30)
      #expect(read.ensemble.logDensity(events) == written.ensemble.logDensity(events))
      // Equal models give equal bytes.
      try read.write(to: "\(folder)/again.h5")
      #expect(try AtomicFile.read(path) == AtomicFile.read("\(folder)/again.h5"))
    }
  }

  /// A program that knows models of one flow alone must not take a member for the model.
  @Test func anEnsembleIsANewerFormat() throws {
    try withFolder { folder in
      var model = try model()
      try model.write(to: "\(folder)/two.h5")
      model.members.removeLast()
      try model.write(to: "\(folder)/one.h5")
      let versions = try ["one.h5", "two.h5"].map { try AtomicFile.read("\(folder)/\($0)")[16] }
      #expect(versions == [2, 3])
      let root = try HDF5.File(reading: "\(folder)/two.h5").root()
      #expect(try !root.contains("flow") && !root.contains("architecture") && root.contains("members/01/flow"))
      #expect(try HDF5.File(reading: "\(folder)/one.h5").root().contains("members") == false)
    }
  }

  @Test func aMemberThatIsMissingIsAnError() throws {
    try withFolder { folder in
      let path = "\(folder)/model.h5"
      let file = try HDF5.File(inMemory: path)
      try file.root().setAttributes([
        "format": "FlowKit model", "format_version": 3, "members": 2, "columns": .texts(["x"]),
        "context_columns": .texts([]),
      ])
      try file.root().makeGroup("members/00")
      try AtomicFile.write(try file.image(), to: path)
      #expect(
        message { () throws(FlowError) in _ = try Model(reading: path, acceptingEdited: true) }
          == "\(path) holds 1 members, but does not say so; it was edited")
    }
  }

  @Test func theModelOfAFitOfOneFlowIsItself() throws {
    let setup = try TrainingSetup(
      fitting: EventArray(uniformNumbers(300), dimension: 3), layers: "lower",
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (2, 50) })
    let plain = Model(setup, try Trainer(setup).fit(), [:])
    let fit = try EnsembleFit(setup, members: 1)
    let model = Model(fit, try fit.run(), [:])
    #expect(model.flow.parameters == plain.flow.parameters && model.provenance == plain.provenance)
    #expect(model.history.map(\.valid) == plain.history.map(\.valid) && model.members[0].provenance.isEmpty)
  }
}
