import FlowKit
import Testing

@Suite struct ColumnUnitsTests {
  private typealias Attributes = [String: MetadataValue]

  /// The units of a table of two rows and `columns` columns, whose dataset /a/b/t and groups carry these attributes.
  private func units(
    _ columns: Int, dataset: Attributes = [:], group: Attributes = [:], root: Attributes = [:], chosen: [String]? = nil
  ) throws -> [String?] {
    try withFolder { folder in
      let file = try HDF5.File(inMemory: "x.h5")
      let top = try file.root()
      try top.setAttributes(root)
      try top.makeGroup("a/b").setAttributes(group)
      try top.write([Double](repeating: 1, count: 2 * columns), shape: [2, columns], to: "a/b/t")
      try top.dataset("a/b/t").setAttributes(dataset)
      try AtomicFile.write(try file.image(), to: "\(folder)/x.h5")
      return try HDF5Table(DataLocation("\(folder)/x.h5"), columns: chosen).units
    }
  }

  @Test func onTheDataset() throws {
    #expect(try units(3) == [nil, nil, nil])
    #expect(try units(3, dataset: ["units": .texts(["m", "", " s "])]) == ["m", nil, "s"])
    #expect(try units(3, dataset: ["unit": "m, s,kg"]) == ["m", "s", "kg"])
    #expect(try units(3, dataset: ["units": "GeV"]) == ["GeV", "GeV", "GeV"])
    #expect(try units(3, dataset: ["units": .texts(["m", "s", "kg"])], chosen: ["2", "0"]) == ["kg", "m"])
    #expect(try units(1, dataset: ["units": ""]) == [nil])
  }

  @Test func aroundTheDataset() throws {
    #expect(try units(2, group: ["units": "m,s"], root: ["units": "a,b"]) == ["m", "s"])
    #expect(try units(2, root: ["units": .texts(["a", "b"])]) == ["a", "b"])
    // One text for all columns is said of a dataset only.
    #expect(try units(2, root: ["units": "a"]) == [nil, nil])
  }

  @Test func whatDoesNotFitIsLeftAside() throws {
    #expect(try units(3, dataset: ["units": "m,s"], root: ["units": "a,b,c"]) == [nil, nil, nil])
    #expect(try units(2, dataset: ["units": 4]) == [nil, nil])
  }

  @Test func columnsInDatasetsOfTheirOwn() throws {
    try withFolder { folder in
      let file = try HDF5.File(inMemory: "x.h5")
      let root = try file.root()
      for (name, unit) in [("mass", "GeV"), ("time", "days since 2000-01-01, noon"), ("x", nil)] {
        try root.write([1.0, 2], shape: [2], to: "events/\(name)")
        if let unit { try root.dataset("events/\(name)").setAttribute("units", .text(unit)) }
      }
      try AtomicFile.write(try file.image(), to: "\(folder)/x.h5")
      let reader = try HDF5Table(DataLocation("\(folder)/x.h5"))
      #expect(reader.columns == ["mass", "time", "x"])
      #expect(reader.units == ["GeV", "days since 2000-01-01, noon", nil])
    }
  }

  @Test func writtenAndReadAgain() throws {
    try withFolder { folder in
      let writer = try TableWriter(to: "\(folder)/x.h5")
      try writer.addDataset("with", shape: [1, 2], columns: ["a", "b"], units: ["m", nil])
      try writer.append([1, 2], to: "with")
      try writer.addDataset("without", shape: [1, 2], units: [nil, nil])
      try writer.append([1, 2], to: "without")
      try writer.finish()
      #expect(try HDF5Table(DataLocation("\(folder)/x.h5:with")).units == ["m", nil])
      let file = try HDF5.File(reading: "\(folder)/x.h5")
      #expect(try file.root().dataset("without").attributeNames() == [])
    }
  }

  @Test func ofACompound() throws {
    let reader = try HDF5Table(location("../layouts/compound.h5", "flat"))
    #expect(reader.units == [nil, nil, nil, nil])
  }
}
