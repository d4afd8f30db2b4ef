import FlowKit
import Foundation
import Testing

/// Whether gnuplot is there; says so where it is not.
func hasGnuplot() -> Bool { isInstalled("gnuplot", "pictures are not tested") }

/// Whether a program is in the search path.
func isInstalled(_ program: String, _ consequence: String) -> Bool {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  if folders.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }) { return true }
  print("\(program) is not installed: \(consequence)")
  return false
}

@Suite(.enabled("gnuplot is not installed: pictures are not tested") { hasGnuplot() }) struct PlotTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: workspace.path(name))), as: UTF8.self)
  }

  @Test func everyKindInEveryFormat() throws {
    try workspace.fitMoons()
    for kind in ["corner", "density", "training"] {
      let data = kind == "training" ? [] : ["data.h5"]
      for (format, start) in [("svg", "<?xml"), ("png", "\u{89}PNG"), ("pdf", "%PDF")] {
        let name = "\(kind).\(format)"
        let outcome = try workspace.expectSuccess(
          ["plot", "model.h5"] + data + ["--kind", kind, "-o", name, "--rows", "300"])
        #expect(outcome.output == "wrote \(name)\n" && outcome.errors.isEmpty)
        let bytes = try AtomicFile.read(workspace.path(name))
        #expect(bytes.count > 2_000 && bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }), "\(name)")
      }
    }
    let corner = try text("corner.svg")
    for word in ["data.h5:/events, 300 of 400 rows", "model, 300 draws", "contours hold 39.3, 86.5 and 98.9 %"] {
      #expect(corner.contains(word), "\(word)")
    }
    #expect(try text("training.svg").contains("epoch 3, chosen"))
    // Nothing stays behind.
    #expect(try workspace.names().count == 11)
  }

  @Test func dataAlone() throws {
    let rows = (0..<200).map { row -> [Double] in
      let number = Double(row)
      return [number, Double(row % 7) * 1e6, 1.6e9 + number]
    }
    try workspace.write("data.h5", rows, columns: ["it's `date`", "<b>", "time"])
    try workspace.expectSuccess(["plot", "data.h5", "-o", "x.svg"])
    let picture = try text("x.svg")
    #expect(picture.contains("it's `date`") && picture.contains("&lt;b> [10⁶]"))
    #expect(picture.contains("time − 1600000"))
    #expect(!picture.contains("draws"))
  }

  @Test func theSamePictureOfTheSameSeed() throws {
    try workspace.fitMoons()
    for (name, seed) in [("a.svg", "1"), ("b.svg", "1"), ("c.svg", "2")] {
      try workspace.expectSuccess(["plot", "model.h5", "data.h5", "--rows", "200", "--seed", seed, "-o", name])
    }
    #expect(try text("a.svg") == text("b.svg") && text("a.svg") != text("c.svg"))
  }

  @Test func weightsCount() throws {
    let weighted = (0..<600).map { row -> [Double] in
      let value = Double(row % 60)
      return [value, value < 30 ? 1 : 0]
    }
    try workspace.write("data.h5", weighted, columns: ["x", "w"])
    let columns = ["--columns", "x", "--kind", "density"]
    try workspace.expectSuccess(["plot", "data.h5", "-o", "weighted.svg", "--weights", "w"] + columns)
    try workspace.expectSuccess(["plot", "data.h5", "-o", "plain.svg"] + columns)
    // Half of the values have no weight: the axis ends at 30.
    let (plain, other) = (try text("plain.svg"), try text("weighted.svg"))
    #expect(plain.contains(">40<"))
    #expect(!other.contains(">40<"))
  }

  @Test func moreThanTwelveColumns() throws {
    let values = (0..<5_600).map { (index: Int) -> Double in Double((index * 7_919) % 1_009) }
    try workspace.write("data.h5", rows(values, 14), columns: (0..<14).map { "c\($0)" })
    try workspace.expectSuccess(["plot", "data.h5", "-o", "x.svg"])
    #expect(try text("x.svg").contains("12 of 14 columns: those that depend most on another one"))
  }

  @Test func errors() throws {
    try workspace.fitMoons()
    try workspace.expectFailure(
      ["plot", "data.h5", "--kind", "training", "-o", "x.svg"],
      "data.h5 is no model: it has no training; give a file that 'flowctl fit' wrote")
    try workspace.expectFailure(
      ["plot", "model.h5", "-o", "x.gif"],
      "the name x.gif does not say what format the picture has; end it with .svg, .png or .pdf")
    try workspace.expectFailure(
      ["plot", "model.h5", "-o", "data.h5"],
      "the name data.h5 does not say what format the picture has; end it with .svg, .png or .pdf")
  }

  @Test func whatGnuplotCannotDo() throws {
    try workspace.fitMoons()
    func fail(_ script: String?) throws -> String {
      let folder = workspace.folder.appending(path: "bin")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      if let script {
        let path = folder.appending(path: "gnuplot").path
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      let outcome = try workspace.run(
        ["plot", "model.h5", "-o", "x.svg"],
        environment: ["PATH": script == nil ? folder.path : "\(folder.path):/usr/bin:/bin"])
      #expect(outcome.code == 1 && outcome.errorLines.count == 1)
      #expect(try !workspace.names().contains { $0.hasPrefix("x.svg") })
      return outcome.errors
    }
    #expect(
      try fail(nil)
        == "flowctl: pictures are drawn by gnuplot, which is not installed; on Debian and Ubuntu: apt-get install gnuplot-nox\n"
    )
    #expect(
      try fail("cat >/dev/null; echo '\"-\" line 7: undefined variable' >&2; exit 1")
        == "flowctl: gnuplot could not draw the picture: \"-\" line 7: undefined variable\n")
    #expect(try fail("exit 3").hasPrefix("flowctl: gnuplot could not draw the picture: "))
    #expect(try fail("kill -9 $$").hasPrefix("flowctl: gnuplot could not draw the picture: "))
  }
}
