/// Checks of a file that is to be written, before the work whose result it will hold.
public enum OutputPath {
  /// Throws if the file exists (unless `force`), its folder does not exist or cannot be written to, or the file is one
  /// of `inputs`, which no `force` may replace.
  public static func check(_ path: String, force: Bool = false, inputs: [String] = []) throws(FlowError) {
    if inputs.contains(where: { FileSystem.isSameFile($0, path) }) {
      throw FlowError(
        .file, "\(path) is a file to read from, and would be replaced; choose another name for the output")
    }
    switch FileSystem.entry(at: path) {
    case .missing: break
    case .folder: throw FlowError(.file, "\(path) is a folder; give the path of a file to write")
    case .file where force: break
    case .file: throw FlowError(.file, "\(path) exists already; choose another name, or replace it with --force")
    case .special: throw FlowError(.file, "\(path) is not a regular file; give the path of a file to write")
    case .unreadable(let reason): throw FlowError(.file, "cannot write \(path): \(reason)")
    }
    // Creating a file is the one test of a folder that needs no knowledge of its rights.
    var trial = try TemporaryFile(for: path)
    trial.remove()
  }

  /// Throws if a dataset cannot be added to a file: it is not there, a model, or no HDF5 file, or the path is taken.
  public static func checkAppending(_ location: DataLocation) throws(FlowError) {
    guard let path = location.path else {
      throw FlowError(.file, "give a path for the new dataset in \(location.file), as in \(location.file):/samples")
    }
    guard try !IntegrityBlock.isPresent(at: location.file) else {
      throw FlowError(.file, "\(location.file) is a FlowKit model, to which nothing is added; choose another file")
    }
    let file = try HDF5.File(reading: location.file)
    let root = try file.root()
    // What lies above the new dataset must be groups, as far as it is there.
    var reached = ""
    for name in path.split(separator: "/") {
      let next = reached + "/" + name
      guard try root.contains(next) else { break }
      guard next != path else {
        throw FlowError(.file, "\(location) exists already; choose another path")
      }
      guard try root.kind(at: next) == .group else {
        throw FlowError(.file, "\(location.file):\(next) is a dataset and holds no '\(path)'; choose another path")
      }
      reached = next
    }
    var trial = try TemporaryFile(for: location.file)
    trial.remove()
  }

  /// Whether something lies at a path.
  public static func exists(_ path: String) -> Bool { FileSystem.entry(at: path) != .missing }
}
