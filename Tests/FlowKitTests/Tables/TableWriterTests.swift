import FlowKit
import Glibc
import Testing

@Suite struct TableWriterTests {
  private let values = (0..<60).map { Double($0) + 0.25 }

  @Test(arguments: [TableWriter.Element.float32, .float64], [1, 7, 20])
  func readsBackWhatWasWrittenInBlocks(element: TableWriter.Element, blockRows: Int) throws {
    try withFolder { folder in
      let path = "\(folder)/out.h5"
      let writer = try TableWriter(to: path, attributes: ["seed": 7, "model": "größe.h5", "lr": 0.5])
      try writer.addDataset(
        "samples", shape: [20, 3], columns: ["a", "β", "c,d"], element: element,
        attributes: ["temperature": .numbers([1, 2])])
      try writer.addDataset("log_prob", shape: [20], element: element)
      for start in stride(from: 0, to: 20, by: blockRows) {
        let rows = start..<min(20, start + blockRows)
        try writer.append(Array(values[(rows.lowerBound * 3)..<(rows.upperBound * 3)]), to: "samples")
        try writer.append(rows.map(Double.init), to: "log_prob")
      }
      #expect(files(in: folder).count == 1 && files(in: folder) != ["out.h5"])
      try writer.finish()
      #expect(files(in: folder) == ["out.h5"])

      let reader = try HDF5Table(DataLocation(file: path, path: "samples"))
      #expect(reader.columns == ["a", "β", "c,d"] && reader.hasNames)
      #expect(try reader.read(rows: 0..<20) == values)
      let density = try HDF5Table(DataLocation(file: path, path: "log_prob"))
      #expect(try density.read(rows: 0..<20) == (0..<20).map(Double.init))

      let file = try HDF5.File(reading: path)
      let root = try file.root()
      #expect(try root.attribute("seed") == 7)
      #expect(try root.attribute("model") == "größe.h5")
      #expect(try root.attribute("lr") == 0.5)
      let dataset = try root.dataset("samples")
      #expect(try dataset.attribute("temperature") == .numbers([1, 2]))
      #expect(dataset.type == .float(bits: element == .float32 ? 32 : 64))
      #expect(dataset.chunk == [20, 3])
    }
  }

  @Test(arguments: [[3, 7, 2], [1, 21, 2], [21, 1, 2]], [1, 2, 5, 8, 21])
  func writesThreeAxesInAnyBlocks(shape: [Int], blockRows: Int) throws {
    try withFolder { folder in
      let path = "\(folder)/out.h5"
      let writer = try TableWriter(to: path)
      try writer.addDataset("x", shape: shape, element: .float64)
      for start in stride(from: 0, to: 21, by: blockRows) {
        try writer.append(Array(values[(start * 2)..<(min(21, start + blockRows) * 2)]), to: "x")
      }
      try writer.finish()
      let file = try HDF5.File(reading: path)
      let dataset = try file.root().dataset("x")
      #expect(dataset.shape == shape)
      #expect(try dataset.read() == Array(values[..<42]))
    }
  }

  /// What is not asked to be smaller comes back to the bit.
  @Test func storesDoublesUnlessToldOtherwise() throws {
    try withFolder { folder in
      let writer = try TableWriter(to: "\(folder)/out.h5")
      try writer.addDataset("x", shape: [2])
      try writer.addDataset("small", shape: [2], element: .float32)
      for name in ["x", "small"] { try writer.append([0.1, 1e300], to: name) }
      try writer.finish()
      let file = try HDF5.File(reading: "\(folder)/out.h5")
      #expect(try file.root().dataset("x").read() == [0.1, 1e300])
      #expect(try file.root().dataset("small").read() == [Double(Float(0.1)), .infinity])
    }
  }

  @Test func chunksLargeTablesAlongTheRows() throws {
    try withFolder { folder in
      let path = "\(folder)/out.h5"
      let writer = try TableWriter(to: path)
      let rows = 20_000
      try writer.addDataset("x", shape: [rows, 4])
      for start in stride(from: 0, to: rows, by: 3000) {
        let block = (start..<min(rows, start + 3000)).flatMap { row in (0..<4).map { Double(4 * row + $0) } }
        try writer.append(block, to: "x")
      }
      try writer.finish()
      let file = try HDF5.File(reading: path)
      #expect(try file.root().dataset("x").chunk == [8192, 4])
      let reader = try HDF5Table(DataLocation(path))
      #expect(try reader.read(rows: 0..<rows) == (0..<(4 * rows)).map(Double.init))
    }
  }

  @Test func anEmptyTableIsAFileToo() throws {
    try withFolder { folder in
      let path = "\(folder)/out.h5"
      let writer = try TableWriter(to: path)
      try writer.addDataset("x", shape: [0, 4], columns: ["a", "b", "c", "d"])
      try writer.finish()
      let text = message { () throws(FlowError) in _ = try HDF5Table(DataLocation(path)) }
      #expect(text == "\(path):/x has no rows")
    }
  }

  @Test func aWriterThatIsGivenUpLeavesWhatWasThere() throws {
    try withFolder { folder in
      let path = "\(folder)/out.h5"
      try AtomicFile.write([1, 2, 3], to: path)
      do {
        let writer = try TableWriter(to: path)
        try writer.addDataset("x", shape: [10])
        try writer.append([1, 2], to: "x")
        #expect(files(in: folder).count == 2)
      }
      #expect(files(in: folder) == ["out.h5"])
      #expect(try AtomicFile.read(path) == [1, 2, 3])
    }
  }

  @Test func saysWhereItCannotWrite() throws {
    try withFolder { folder in
      func failure(_ path: String) -> String? {
        message { () throws(FlowError) in _ = try TableWriter(to: path) }
      }
      #expect(
        failure("\(folder)/no/out.h5")
          == "cannot write \(folder)/no/out.h5: the folder \(folder)/no does not exist; create it first")
      #expect(failure(folder) == "cannot write \(folder): it is a folder; give the path of a file")
    }
  }

  @Test func refusesToGoOnAfterFinish() throws {
    try withFolder { folder in
      let writer = try TableWriter(to: "\(folder)/out.h5")
      try writer.finish()
      let text = message { () throws(FlowError) in try writer.finish() }
      #expect(text == "\(folder)/out.h5 was finished or given up already; begin a new file")
    }
  }
}

/// Every test runs in a child process, whose files may not grow beyond a limit: the write that would exceed it fails as
/// it does on a full disk. HDF5 1.10 crashes at exit after that, unless one takes care.
@Suite struct FullDiskTests {
  @Test func survivesAFailedWriteAtAnyPoint() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        var failures = 0
        // The first limits meet the file's own structures, the others the rows.
        let limits =
          Array(stride(from: 0, to: 8192, by: 512)) + Array(stride(from: 9973, to: 1_000_000, by: 39_989))
        for limit in limits {
          let path = "\(folder)/out\(limit).h5"
          let text = message { () throws(FlowError) in
            try withFileSizeLimit(limit) { () throws(FlowError) in try writeNoise(to: path) }
          }
          guard let text else { break }
          failures += 1
          #expect(text.contains("File too large"), "\(text)")
          #expect(text.contains(path), "\(text)")
          #expect(files(in: folder) == [], "at a limit of \(limit) bytes")
        }
        #expect(failures > 30)
        try writeNoise(to: "\(folder)/whole.h5")
        #expect(try HDF5Table(DataLocation("\(folder)/whole.h5:x")).rows == 60_000)
      }
    }
  }

  @Test func aWholeFileIsWrittenOrNotAtAll() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        let path = "\(folder)/model.h5"
        try AtomicFile.write([1, 2, 3], to: path)
        let text = message { () throws(FlowError) in
          try withFileSizeLimit(1000) { () throws(FlowError) in
            try AtomicFile.write([UInt8](repeating: 7, count: 1001), to: path)
          }
        }
        #expect(text == "cannot write \(path): File too large")
        #expect(try AtomicFile.read(path) == [1, 2, 3])
        #expect(files(in: folder) == ["model.h5"])
      }
    }
  }
}

/// Writes two datasets that do not compress.
private func writeNoise(to path: String) throws(FlowError) {
  var generator = SystemRandomNumberGenerator()
  let writer = try TableWriter(to: path, attributes: ["source": "noise"])
  try writer.addDataset("x", shape: [60_000, 2])
  try writer.addDataset("log_prob", shape: [60_000], element: .float64)
  for _ in 0..<6 {
    try writer.append((0..<20_000).map { _ in .random(in: 0..<1, using: &generator) }, to: "x")
    try writer.append((0..<10_000).map { _ in .random(in: 0..<1, using: &generator) }, to: "log_prob")
  }
  try writer.finish()
}

private func withFileSizeLimit(
  _ bytes: Int, _ body: () throws(FlowError) -> Void
) throws(FlowError) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  defer {
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  }
  limit.rlim_cur = rlim_t(bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  try body()
}
