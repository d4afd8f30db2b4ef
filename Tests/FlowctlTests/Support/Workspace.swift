import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// A new folder to run flowctl in, which is removed with the last reference to it.
final class Workspace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "flowctl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Every file, hidden ones too. A file may be gone before it is read: while something writes, names are all that can be asked for.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }

  /// Every file, hidden ones too, with its contents.
  func contents() throws -> [String: Data] {
    try Dictionary(uniqueKeysWithValues: names().map { ($0, try Data(contentsOf: URL(filePath: path($0)))) })
  }

  // MARK: Files

  /// Writes rows of numbers as /events.
  func write(_ name: String, _ rows: [[Double]], columns: [String]? = nil) throws {
    try write(name, ["events": rows], columns: columns)
  }

  func write(_ name: String, _ tables: [String: [[Double]]], columns: [String]? = nil) throws {
    let writer = try TableWriter(to: path(name))
    for (table, rows) in tables.sorted(by: { $0.key < $1.key }) {
      try writer.addDataset(
        table, shape: [rows.count, rows.first?.count ?? columns?.count ?? 2], columns: columns, element: .float64)
      try writer.append(Array(rows.joined()), to: table)
    }
    try writer.finish()
  }

  /// Writes two moons, columns x and y, as /events.
  func writeMoons(_ name: String = "data.h5", _ count: Int = 400) throws {
    try write(name, moons(count), columns: ["x", "y"])
  }

  /// Fits a small flow to two moons: data.h5 and model.h5.
  func fitMoons() throws {
    try writeMoons()
    try expectSuccess(["fit", "data.h5", "-o", "model.h5"] + quick)
  }

  func model(_ name: String = "model.h5") throws -> Model { try Model(reading: path(name)) }

  func numbers(_ name: String) throws -> [Double] { try HDF5Table(DataLocation(path(name))).values() }
}

/// Options of a fit that takes milliseconds.
let quick = ["--layers", "2*[coupling-affine(hidden=8),permute(reverse)]", "--epochs", "3"]

func moons(_ count: Int, seed: UInt64 = 0) -> [[Double]] { rows(PlanarSet.moons.events(count, seed: seed), 2) }

func rows(_ values: [Double], _ width: Int) -> [[Double]] {
  stride(from: 0, to: values.count, by: width).map { Array(values[$0..<($0 + width)]) }
}

/// A file written by h5py (see Tests/Reference/make_hdf5_files.py).
func reference(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Reference/hdf5/\(name)")
    .standardizedFileURL.path
}
