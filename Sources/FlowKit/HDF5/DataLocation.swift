/// A place in an HDF5 file: the file and, optionally, a group or dataset in it.
///
/// Written `data.h5`, `data.h5:/fold0/train` or `data.h5:fold0/train`. `data.h5:/` is the root group itself, and `data.h5`
/// whatever the file holds.
public struct DataLocation: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The file's path as given.
  public var file: String
  /// The path in the file, beginning with `/`; nil where only the file was named.
  public var path: String?

  /// - Parameter path: a path in the file, with or without the leading `/`; an empty one counts as nil.
  public init(file: String, path: String? = nil) {
    self.file = file
    let path = path ?? ""
    self.path = path.isEmpty ? nil : "/" + path.split(separator: "/").joined(separator: "/")
  }

  /// Parses a location as it is written on a command line.
  ///
  /// File names may contain colons: the longest beginning of `text` that names something on disk is the file. Where
  /// none does, the file ends at the first `:/`, else at the last colon.
  public init(_ text: String) {
    let colons = text.indices.dropFirst().filter { text[$0] == ":" }
    let ends = [text.endIndex] + colons.reversed()
    let existing = ends.first { end in
      FileSystem.entry(at: String(text[..<end])) != .missing
    }
    let end =
      existing ?? text.dropFirst().firstRange(of: ":/").map(\.lowerBound) ?? colons.last ?? text.endIndex
    let path = end < text.endIndex ? String(text[text.index(after: end)...]) : nil
    self.init(file: String(text[..<end]), path: path)
  }

  public var description: String { path.map { "\(file):\($0)" } ?? file }

  /// The path of the group or dataset: `/`, the root, where only the file was named.
  package var objectPath: String { path ?? "/" }

  /// The same file, another path in it; the root, where only the file was named, stays so.
  func at(_ path: String) -> DataLocation {
    let isRoot = path.allSatisfy { $0 == "/" }
    return DataLocation(file: file, path: isRoot ? nil : path)
  }

  /// What lies at `path` below this place.
  package func appending(_ path: String) -> DataLocation { at(objectPath + "/" + path) }
}
