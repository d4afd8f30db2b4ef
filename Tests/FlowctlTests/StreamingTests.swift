import FlowKit
import Foundation
import Testing

/// Tables larger than the memory that flowctl may use.
@Suite(.serialized) struct StreamingTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Two dependent columns; written in blocks, since the rows are many.
  private func write(_ name: String, _ rows: Int) throws {
    let writer = try TableWriter(to: workspace.path(name))
    try writer.addDataset("events", shape: [rows, 2], columns: ["x", "y"], element: .float32)
    for first in stride(from: 0, to: rows, by: 100_000) {
      let values = (first..<(first + 100_000)).flatMap { i -> [Double] in
        let (k, m) = (Double(i * 7_919 % 100_003) / 50_000, Double(i * 104_729 % 99_991) / 50_000)
        return [k, m + k * k]
      }
      try writer.append(values, to: "events")
    }
    try writer.finish()
  }

  /// The most memory that flowctl ever held, in KB, as the system counts it.
  private func peak(_ arguments: [String]) throws -> Double {
    let process = workspace.process(arguments)
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    var peak = 0.0
    while process.isRunning {
      let status = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/status") ?? Data()
      let line = lines(String(decoding: status, as: UTF8.self)).first { $0.hasPrefix("VmHWM:") }
      peak = max(peak, line.flatMap { Double($0.filter(\.isNumber)) } ?? 0)
      usleep(1_000)
    }
    #expect(process.terminationStatus == 0, "\(arguments)")
    return peak
  }

  private func fit(_ data: String, _ output: String) -> [String] {
    ["fit", data, "-o", output, "--layers", "lower", "--epochs", "1", "--batch", "8192", "--valid", "0.2"]
      + ["--buffer", "4", "--threads", "2"]
  }

  @Test func memoryDoesNotGrowWithTheRows() throws {
    try write("small.h5", 300_000)
    try write("large.h5", 3_000_000)
    let fits = (try peak(fit("small.h5", "model.h5")), try peak(fit("large.h5", "other.h5")))
    #expect(fits.0 > 1_000 && fits.1 < 1.1 * fits.0, "fit: \(fits) KB")
    let scores = try ["small.h5", "large.h5"].map { try peak(["density", "model.h5", $0, "-o", "of-\($0)"]) }
    #expect(scores[1] < 1.1 * scores[0], "density: \(scores) KB")
    let samples = try [300_000, 3_000_000].map { count in
      try peak(["sample", "model.h5", "-n", "\(count)", "-o", "\(count).h5"])
    }
    #expect(samples[1] < 1.1 * samples[0], "sample: \(samples) KB")
  }

  @Test func whatDoesNotFitIsFittedAlike() throws {
    try workspace.writeMoons("data.h5", 20_000)
    func loss(_ more: [String]) throws -> Double {
      let fit = ["fit", "data.h5", "-o", "model.h5", "--force", "--valid", "0.2", "--epochs", "5"]
      let layers = ["--layers", "4*[coupling-affine(hidden=16x16),permute(reverse)]"]
      return try #require(try workspace.json(fit + layers + more).last?["valid"] as? Double)
    }
    let (memory, file) = (try loss([]), try loss(["--buffer", "0.05"]))
    #expect(abs(memory - file) < 0.1, "\(memory), \(file)")
    #expect(memory != file)
  }

  @Test func aBufferIsPartOfAFit() throws {
    try workspace.writeMoons("data.h5", 2_000)
    let outcome = try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--buffer", "0.02"] + quick)
    #expect(outcome.output.contains("larger than --buffer: read from the file in every epoch"), "\(outcome.output)")
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "model.h5", "--resume"] + quick,
      "model.h5 cannot be resumed: it was begun with buffer 20000, not 128000000; give what it was begun with, or begin "
        + "anew with --force")
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "other.h5", "--buffer", "0"] + quick, "--buffer is a number above 0, got 0.0")
  }

  /// Checksums tell of a damaged chunk near the end.
  @Test func aDamagedChunkEndsTheFitWithOneLine() throws {
    try write("data.h5", 300_000)
    let size = try #require(FileManager.default.contents(atPath: workspace.path("data.h5"))).count
    let handle = try FileHandle(forUpdating: URL(filePath: workspace.path("data.h5")))
    try handle.seek(toOffset: UInt64(size * 9 / 10))
    try handle.write(contentsOf: Data(repeating: 0x55, count: 64))
    try handle.close()
    let outcome = try workspace.run(fit("data.h5", "model.h5"))
    #expect(outcome.code == 1 && outcome.messages.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("flowctl: cannot read data.h5:/events (rows "), "\(outcome.errors)")
    #expect(try workspace.contents().keys.sorted() == ["data.h5"])
  }
}
