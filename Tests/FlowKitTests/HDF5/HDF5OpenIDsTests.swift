import FlowKit
import Glibc
import Testing

/// No operation leaves an id of the HDF5 library open. Each test is a child process, in which nothing else runs.
@Suite(.serialized) struct HDF5OpenIDsTests {
  @Test func readingEveryLayout() async {
    await #expect(processExitsWith: .success) {
      try expectNoneLeft("contents and tables") { folder in
        for name in tableFiles {
          let path = reference(name)
          guard case .tables(let tables, _)? = value({ () throws(FlowError) in try FileContents(of: path) }) else {
            continue
          }
          for table in tables { readWholeAndInParts(DataLocation(file: path, path: table.path)) }
          ignored { () throws(FlowError) in _ = try DataParts(DataLocation(path)) }
        }
      }
    }
  }

  @Test func readsThatFail() async {
    await #expect(processExitsWith: .success) {
      try expectNoneLeft("reads that fail") { folder in
        for name in tableFiles + ["missing.h5", "empty.h5", "text.csv", "array.npy"] {
          for path in [nil, "absent", "train", "x", "cube", "text", "scalar", "lzf", "no-rows", "unequal", "nested"] {
            let location = DataLocation(file: reference(name), path: path)
            ignored { () throws(FlowError) in _ = try HDF5Table(location, columns: ["absent"]) }
            ignored { () throws(FlowError) in _ = try DataParts(location) }
            readWholeAndInParts(location)
            ignored { () throws(FlowError) in _ = try EventSet(location, ColumnSelection(weights: "absent")) }
          }
        }
        for count in stride(from: 0, to: try AtomicFile.read(reference("chunked.h5")).count, by: 97) {
          let bytes = Array(try AtomicFile.read(reference("chunked.h5"))[..<count])
          ignored { () throws(FlowError) in _ = try HDF5.File(image: bytes, name: "part.h5") }
        }
      }
    }
  }

  @Test func models() async {
    await #expect(processExitsWith: .success) {
      try expectNoneLeft("writing and reading models") { folder in
        let path = "\(folder)/model.h5"
        let model = try smallModel()
        try model.write(to: path)
        _ = try Model(reading: path, includingTraining: true)
        _ = try FileContents(of: path)
        ignored { () throws(FlowError) in _ = try Model(reading: reference("split.h5")) }
        ignored { () throws(FlowError) in _ = try Model(reading: reference("../models/version1.h5")) }
        ignored { () throws(FlowError) in _ = try DataParts(DataLocation(path)) }
        for parts in 1...EditedModel.partCount {
          try EditedModel(parts: parts).write(model, to: path)
          ignored { () throws(FlowError) in _ = try Model(reading: path) }
          let isWhole = value { () throws(FlowError) in try Model(reading: path, acceptingEdited: true) } != nil
          #expect(isWhole == (parts == EditedModel.partCount), "\(parts) parts")
        }
      }
    }
  }

  @Test func writing() async {
    await #expect(processExitsWith: .success) {
      try expectNoneLeft("writing, adding and converting") { folder in
        let path = "\(folder)/out.h5"
        try writeTable(to: path)
        let more = try TableWriter(appendingTo: path)
        try more.addDataset("group/more", shape: [2, 2, 1], attributes: ["a": 1, "b": "text", "c": .texts(["x"])])
        try more.append([1, 2, 3, 4], to: "group/more")
        try more.finish()
        do {
          let givenUp = try TableWriter(to: path)
          try givenUp.addDataset("x", shape: [10])
          try givenUp.append([1, 2], to: "x")
        }
        for (source, target) in [("out.h5:/x", "out.csv"), ("out.csv", "again.h5"), ("again.h5", "out.npy")] {
          let source = try Conversion.table(DataLocation("\(folder)/\(source)"))
          try Conversion.write(source, to: "\(folder)/\(target)")
        }
      }
    }
  }

  /// On purpose: closing after a failed write makes HDF5 1.10 write, and fail, again. So each failure costs one file and
  /// its datasets, and nothing else.
  @Test func failedWritesAbandonTheirFileAlone() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        try writeTable(to: "\(folder)/out.h5")
        // What belongs to no file is seen as well: otherwise these counts were -1.
        #expect(try HDF5.openIDs().values.allSatisfy { $0 == 0 })
        for datasets in 1...3 {
          let before = try HDF5.openIDs()
          do {
            let writer = try TableWriter(appendingTo: "\(folder)/out.h5")
            for index in 1..<datasets { try writer.addDataset("new\(index)", shape: [1]) }
            // The path is taken.
            let text = message { () throws(FlowError) in try writer.addDataset("x", shape: [1]) }
            #expect(text?.hasSuffix("; nothing was written to \(folder)/out.h5") == true)
          }
          let after = try HDF5.openIDs()
          let left = after.merging(before) { $0 - $1 }.filter { $0.value != 0 }
          let expected = ["files": 1, "objects": datasets, "datasets": datasets - 1].filter { $0.value != 0 }
          #expect(left == expected, "\(datasets) datasets")
        }
      }
    }
  }
}

private let tableFiles =
  [
    "attributes", "chunked", "corrupt", "cube", "groups", "names", "nonfinite", "split", "truncated", "types",
    "unsuitable", "signature-only",
  ].map { "\($0).h5" }
  + [
    "compound.h5", "coordinate.nc", "filters.h5", "links.h5", "matrix.mat", "netcdf.nc", "pandas.h5", "pytables.h5",
    "target.h5", "vectors.mat",
  ].map { "../layouts/\($0)" }

/// Runs `body` twice with a new folder, and compares what is open before and after the second time: the first may make
/// the library prepare itself.
private func expectNoneLeft(_ what: String, _ body: (String) throws -> Void) throws {
  try withFolder(body)
  let before = try HDF5.openIDs()
  try withFolder(body)
  #expect(try HDF5.openIDs() == before, "\(what)")
}

/// Makes a call that may fail.
private func ignored(_ body: () throws(FlowError) -> Void) { _ = message(body) }

private func value<Value>(_ body: () throws(FlowError) -> Value) -> Value? {
  var value: Value?
  ignored { () throws(FlowError) in value = try body() }
  return value
}

private func readWholeAndInParts(_ location: DataLocation) {
  guard let reader = value({ () throws(FlowError) in try HDF5Table(location) }) else { return }
  ignored { () throws(FlowError) in _ = try reader.values() }
  ignored { () throws(FlowError) in _ = try reader.read(rows: reader.rows - 1..<reader.rows) }
  ignored { () throws(FlowError) in _ = try HDF5Table(location, columns: ["0", "0"]).read(rows: 0..<1) }
  ignored { () throws(FlowError) in _ = try EventSet(location, ColumnSelection(), skipNonFinite: true) }
}

private func writeTable(to path: String) throws {
  let writer = try TableWriter(to: path, attributes: ["seed": 1])
  try writer.addDataset("x", shape: [3, 2], columns: ["a", "b"])
  try writer.append([1, 2, 3, 4, 5, 6], to: "x")
  try writer.finish()
}

private func smallModel() throws -> Model {
  var random = RandomStream(seed: 1, purpose: .architecture)
  let chain = try LayerList("coupling-affine(hidden=4)").chain(
    dimension: 2, contextDimension: 0, registry: .standard, using: &random)
  let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 2))
  return Model(
    flow: Flow(architecture: architecture), columns: ["x", "y"], provenance: ["a": 1, "b": .texts(["x"])])
}
