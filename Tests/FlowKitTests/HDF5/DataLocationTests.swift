import FlowKit
import Testing

@Suite struct DataLocationTests {
  @Test(
    arguments: [
      ("a.h5", "a.h5", nil), ("a.h5:/train", "a.h5", "/train"), ("a.h5:train", "a.h5", "/train"),
      ("a.h5:/fold0//train/", "a.h5", "/fold0/train"), ("a.h5:", "a.h5", nil), ("a.h5:/", "a.h5", "/"),
      ("run:3/a.h5:/x:y", "run:3/a.h5", "/x:y"), (":", ":", nil), ("", "", nil),
    ] as [(String, String, String?)])
  func parsesWhatDoesNotExist(text: String, file: String, path: String?) {
    #expect(DataLocation(text) == DataLocation(file: file, path: path))
  }

  @Test func fileNamesMayContainColons() throws {
    try withFolder { folder in
      let file = "\(folder)/12:30:a.h5:x.h5"
      try AtomicFile.write([1], to: file)
      #expect(DataLocation(file) == DataLocation(file: file))
      #expect(DataLocation("\(file):train") == DataLocation(file: file, path: "/train"))
      #expect(DataLocation("\(file):/a:b") == DataLocation(file: file, path: "/a:b"))
    }
  }

  @Test func describesItselfAsItIsWritten() {
    #expect(DataLocation(file: "a.h5", path: "x").description == "a.h5:/x")
    #expect(DataLocation(file: "a.h5").description == "a.h5")
    #expect(DataLocation(file: "a.h5", path: "/").description == "a.h5:/")
  }
}
