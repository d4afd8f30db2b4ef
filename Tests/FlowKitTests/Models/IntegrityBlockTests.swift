import FlowKit
import Testing

@Suite struct IntegrityBlockTests {
  private static func model() throws -> Model {
    let flow = Flow(architecture: try architecture(), seed: 1)
    return Model(flow: flow, columns: ["x", "y"], provenance: ["program": "test"])
  }

  private static func architecture() throws -> Architecture {
    let rows = (0..<40).map { Double($0 * $0 % 17) }
    var random = RandomStream(seed: 1, purpose: .architecture)
    return Architecture(
      chain: try LayerList("lower,shift").chain(dimension: 2, using: &random), base: StandardNormal(dimension: 2),
      preprocessing: [try ColumnStatistics(rows, columns: ["x", "y"]).standardization()])
  }

  /// Reads mutated bytes as a model.
  private func failure(_ bytes: [UInt8], _ path: String, acceptingEdited: Bool = false) throws -> String? {
    try AtomicFile.write(bytes, to: path)
    return message { () throws(FlowError) in _ = try Model(reading: path, acceptingEdited: acceptingEdited) }?
      .replacing(path, with: "m.h5")
  }

  private func withModel(_ body: (_ path: String, _ bytes: [UInt8]) throws -> Void) throws {
    try withFolder { folder in
      let path = "\(folder)/m.h5"
      try Self.model().write(to: path)
      try body(path, AtomicFile.read(path))
    }
  }

  private let damaged = "m.h5 is damaged or was edited: "

  @Test func anyFlippedBitIsFound() throws {
    try withModel { path, bytes in
      #expect(try failure(bytes, path) == nil)
      // Every byte of the block and of the superblock behind it, then every 37th.
      for index in Array(0..<640) + Array(stride(from: 640, to: bytes.count, by: 37)) {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(index % 8)
        let text = try failure(flipped, path)
        let isLength = (24..<32).contains(index)
        #expect(
          text?.hasPrefix(damaged) == true || isLength && text?.hasPrefix("m.h5 is truncated: ") == true,
          "byte \(index): \(text ?? "read")")
      }
    }
  }

  @Test func anyMissingTailIsFound() throws {
    try withModel { path, bytes in
      #expect(try failure([], path) == "m.h5 is empty (0 bytes); write or copy it again")
      for count in Array(1..<70) + Array(stride(from: 70, to: bytes.count, by: 211)) + [bytes.count - 1] {
        let text = try failure(Array(bytes[..<count]), path)
        #expect(text?.hasPrefix("m.h5 is truncated: \(count) ") == true, "\(count) bytes: \(text ?? "read")")
      }
      #expect(try failure(bytes + [0], path)?.hasPrefix(damaged) == true)
    }
  }

  @Test func anEditedFileIsReadWhereThatIsWanted() throws {
    try withModel { path, bytes in
      let needle = Array("test".utf8)
      let place = try #require((0..<bytes.count).first { bytes[$0...].starts(with: needle) })
      var edited = bytes
      edited[place] = UInt8(ascii: "b")
      #expect(try failure(edited, path)?.hasPrefix(damaged) == true)
      #expect(try failure(edited, path, acceptingEdited: true) == nil)
      let model = try Model(reading: path, acceptingEdited: true)
      #expect(model.provenance["program"]?.text == "best")
      // Other programs may drop the block.
      let bare = Array(edited[IntegrityBlock.size...])
      let text = try failure(bare, path)
      #expect(text?.hasPrefix(damaged + "the block with its digest is missing") == true, "\(text ?? "read")")
      #expect(try failure(bare, path, acceptingEdited: true) == nil)
    }
  }

  @Test func aNewerFormatIsRefused() throws {
    try withModel { path, bytes in
      let newer = IntegrityBlock.sealed(Array(bytes[IntegrityBlock.size...]), version: 9)
      let text = try failure(newer, path)
      #expect(text == "m.h5 has model format 9, newer than the 4 that this program reads; use a newer FlowKit")
    }
  }
}
