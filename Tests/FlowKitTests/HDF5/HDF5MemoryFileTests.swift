import FlowKit
import Testing

@Suite struct HDF5MemoryFileTests {
  private func makeImage() throws -> [UInt8] {
    let file = try HDF5.File(inMemory: "model.h5")
    let root = try file.root()
    try root.setAttribute("format", "flowkit")
    try root.setAttribute("version", 3)
    try root.write([1.5, -2] as [Float], shape: [2, 1], to: "flow/03-coupling/conditioner/weight0")
    try root.write([0.1, .infinity, -0.0] as [Double], shape: [3], to: "flow/03-coupling/shift")
    try root.write([7, -1, .max] as [Int], shape: [3], to: "flow/00-permute/order")
    try root.write([0, 1, .max] as [UInt64], shape: [3], to: "state/stream")
    try root.write([] as [Double], shape: [0, 4], to: "state/nothing")
    try root.write("{\"größe\": 1}", to: "architecture")
    try root.write(["x", "", "zwölf"], to: "columns")
    let layer = try root.makeGroup("flow/03-coupling")
    try layer.setAttribute("mask", .integers([0, 1, 1]))
    try layer.setAttribute("bounds", .numbers([-3, 3]))
    try layer.setAttribute("names", .texts(["a", "β"]))
    return try file.image()
  }

  @Test func bytesReadBackAreWhatWasWritten() throws {
    let file = try HDF5.File(image: try makeImage(), name: "model.h5")
    let root = try file.root()
    #expect(try root.attributeNames() == ["format", "version"])
    #expect(try root.attribute("format")?.text == "flowkit")
    #expect(try root.attribute("version")?.integer == 3)
    #expect(try root.attribute("absent") == nil)
    let weight = try root.dataset("flow/03-coupling/conditioner/weight0")
    #expect(weight.shape == [2, 1] && weight.type == .float(bits: 32))
    #expect(try weight.read(as: Float.self) == [1.5, -2])
    #expect(try weight.read(as: Double.self) == [1.5, -2])
    #expect(try root.dataset("flow/03-coupling/shift").read(as: Double.self) == [0.1, .infinity, -0.0])
    #expect(try root.dataset("flow/00-permute/order").read(as: Int.self) == [7, -1, .max])
    #expect(try root.dataset("state/stream").read(as: UInt64.self) == [0, 1, .max])
    #expect(try root.dataset("state/nothing").shape == [0, 4])
    #expect(try root.dataset("state/nothing").read(as: Double.self) == [])
    #expect(try root.dataset("architecture").readTexts() == ["{\"größe\": 1}"])
    #expect(try root.dataset("columns").readTexts() == ["x", "", "zwölf"])
    let layer = try root.group("flow/03-coupling")
    #expect(try layer.attribute("mask") == .integers([0, 1, 1]))
    #expect(try layer.attribute("bounds") == .numbers([-3, 3]))
    #expect(try layer.attribute("names") == .texts(["a", "β"]))
    #expect(try layer.members().map(\.name) == ["conditioner", "shift"])
    #expect(try layer.members().map(\.kind) == [.group, .dataset])
  }

  @Test func equalContentsGiveEqualBytes() async throws {
    let first = try makeImage()
    // Time stamps would count seconds.
    try await Task.sleep(for: .milliseconds(1100))
    #expect(try makeImage() == first)
  }

  @Test func filesOfEqualNamesAreApart() throws {
    let first = try HDF5.File(inMemory: "model.h5")
    let second = try HDF5.File(inMemory: "model.h5")
    try first.root().write([1] as [Int], shape: [1], to: "x")
    try second.root().write([2] as [Int], shape: [1], to: "x")
    let firstCopy = try HDF5.File(image: try first.image(), name: "model.h5")
    let secondCopy = try HDF5.File(image: try second.image(), name: "model.h5")
    #expect(try firstCopy.root().dataset("x").read(as: Int.self) == [1])
    #expect(try secondCopy.root().dataset("x").read(as: Int.self) == [2])
  }

  @Test func aFileOnDiskIsItsImage() throws {
    let image = try makeImage()
    try withFolder { folder in
      let path = "\(folder)/model.h5"
      try AtomicFile.write(image, to: path)
      #expect(try AtomicFile.read(path) == image)
      #expect(files(in: folder) == ["model.h5"])
      let file = try HDF5.File(reading: path)
      #expect(try file.root().attribute("version") == 3)
    }
  }

  @Test func everyTruncationIsAnErrorAndNoCrash() throws {
    let image = try makeImage()
    for count in stride(from: 0, to: image.count, by: 61) {
      let text = message { () throws(FlowError) in
        _ = try HDF5.File(image: Array(image[..<count]), name: "model.h5")
      }
      #expect(text != nil, "\(count) bytes")
    }
    let text = message { () throws(FlowError) in
      _ = try HDF5.File(image: Array(image.dropLast(8)), name: "model.h5")
    }
    #expect(
      text == "model.h5 is truncated: \(image.count - 8) of \(image.count) bytes are there; "
        + "copy or download it again")
  }

  @Test func readsAttributesAndTextsOfH5py() throws {
    let file = try HDF5.File(reading: reference("attributes.h5"))
    let root = try file.root()
    #expect(try root.attribute("text") == "grün")
    #expect(try root.attribute("bytes") == "ascii")
    #expect(try root.attribute("integer") == -7)
    #expect(try root.attribute("flag") == 1)
    #expect(try root.attribute("number") == 0.5)
    #expect(try root.attribute("numbers") == .numbers([1, 2.5]))
    #expect(try root.attribute("empty") == .numbers([]))
    #expect(try root.dataset("texts").readTexts() == ["eins", "", "drei"])
    #expect(try root.dataset("fixed").readTexts() == ["one", "three"])
    #expect(throws: FlowError.self) { try root.attribute("complex") }
  }

  @Test func saysWhatCannotBeReadAsAskedFor() throws {
    let file = try HDF5.File(image: try makeImage(), name: "m.h5")
    let root = try file.root()
    func failure(_ body: () throws(FlowError) -> Void) -> String? { message(body) }
    #expect(
      failure { () throws(FlowError) in _ = try root.dataset("flow/03-coupling/shift").read(as: Int.self) }
        == "m.h5:/flow/03-coupling/shift holds float64, not integers")
    #expect(
      failure { () throws(FlowError) in _ = try root.dataset("architecture").read(as: Double.self) }
        == "m.h5:/architecture holds text, not numbers")
    #expect(
      failure { () throws(FlowError) in _ = try root.dataset("state/stream").readTexts() }
        == "m.h5:/state/stream holds uint64, not text")
    #expect(
      failure { () throws(FlowError) in _ = try root.dataset("flow") }
        == "m.h5:/flow is a group, not a dataset")
    #expect(
      failure { () throws(FlowError) in try root.setAttribute("format", "again") }?
        .hasPrefix("cannot write the attribute 'format' of m.h5: ") == true)
    let fresh = try HDF5.File(inMemory: "new.h5")
    let text = failure { () throws(FlowError) in try fresh.root().write("a\0b", to: "zero") }
    #expect(text == "cannot write new.h5:/zero: a text has a zero character, which HDF5 text cannot hold")
  }
}
