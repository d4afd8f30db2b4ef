/// Checks of a file that is to be written, before the work whose result it will hold.
package enum OutputPath {
  /// Throws if there is no name, the file exists (unless `force`), its folder does not exist or cannot be written to, or the file is one
  /// of `inputs`, which no `force` may replace.
  package static func check(_ path: String, force: Bool = false, inputs: [String] = []) throws(FlowError) {
    guard !path.isEmpty else {
      throw FlowError(.file, "the name of the output is empty; is a variable unset? give the path of a file to write")
    }
    if inputs.contains(where: { FileSystem.isSameFile($0, path) }) {
      throw FlowError(
        .file, "\(path) is a file to read from, and would be replaced; choose another name for the output")
    }
    switch FileSystem.entry(at: path) {
    case .missing: break
    case .folder: throw FlowError(.file, "\(path) is a folder; give the path of a file to write")
    case .file where force: break
    case .file: throw FlowError(.file, "\(path) exists already", fix: .replaceOutput)
    case .special: throw FlowError(.file, "\(path) is not a regular file; give the path of a file to write")
    case .unreadable(let reason): throw FlowError(.file, "cannot write \(path): \(reason)")
    }
    // Creating a file is the one test of a folder that needs no knowledge of its rights.
    var trial = try TemporaryFile(for: path)
    trial.remove()
  }

  /// Whether something lies at a path.
  package static func exists(_ path: String) -> Bool { FileSystem.entry(at: path) != .missing }
}
