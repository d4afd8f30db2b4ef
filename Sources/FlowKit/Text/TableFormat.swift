/// The formats of tables: which one a file has follows from the ending of its name.
package enum TableFormat: String, Sendable {
  case hdf5, csv, npy

  private static let endings: [String: TableFormat] = [
    "csv": .csv, "tsv": .csv, "txt": .csv, "dat": .csv, "npy": .npy, "h5": .hdf5, "hdf5": .hdf5, "hdf": .hdf5,
    "he5": .hdf5, "nc": .hdf5, "mat": .hdf5,
  ]

  private static func ending(of name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  /// By the ending of a file's name.
  package init(ofName name: String) throws(FlowError) {
    guard let format = Self.endings[Self.ending(of: name)] else {
      throw FlowError(
        .file, "the name \(name) does not say what format the file has; end it with .h5, .csv, .tsv or .npy")
    }
    self = format
  }

  /// Whether a name ends as files of data do.
  package static func isKnown(_ name: String) -> Bool { endings[ending(of: name)] != nil }

  /// Of a file that is there: by its name, but HDF5 if it begins as such a file does.
  ///
  /// - Throws: where the name says nothing and the file begins like text, or the name says text and it does not.
  init(of path: String) throws(FlowError) {
    let named = Self.endings[Self.ending(of: path)]
    guard named != .hdf5, case .file(let size) = FileSystem.entry(at: path), size > 0 else {
      self = named ?? .hdf5
      return
    }
    let start = try FileSystem.read(path, atMost: 8_192)
    guard !HDF5.FileKind.isHDF5(start) else {
      self = .hdf5
      return
    }
    if named == nil, HDF5.FileKind.format(of: start) == "text" {
      throw FlowError(.file, "\(path) looks like text; give it a name that says so, ending in .csv, .tsv or .txt")
    }
    guard named != .csv || !start.contains(UInt8(ascii: "\r")) || start.contains(UInt8(ascii: "\n")) else {
      throw FlowError(.file, "the lines of \(path) end in carriage returns alone; save it with line feeds")
    }
    guard named != .csv || !start.contains(0) else {
      throw FlowError(.file, "\(path) is not text in UTF-8: it holds zero bytes, as UTF-16 does; save it as UTF-8")
    }
    self = named ?? .hdf5
  }

  /// What stands between fields where text of a name is written.
  package static func separator(forName name: String) -> Character { ending(of: name) == "tsv" ? "\t" : "," }
}
