/// Whole files that are replaced in one step: a reader sees the old bytes or the new ones, a failure leaves the old.
package enum AtomicFile {
  /// Writes `bytes` beside `path`, makes them durable, and renames.
  package static func write(_ bytes: [UInt8], to path: String) throws(FlowError) {
    let what = "cannot write \(path)"
    var temporary = try TemporaryFile(for: path)
    try OpenFile(writing: temporary.path, what).write(bytes)
    try temporary.commit()
  }

  /// The SHA-256 digest of a file, as hexadecimal digits.
  package static func digest(_ path: String) throws(FlowError) -> String {
    var hash = SHA256()
    hash.add(try read(path))
    return hash.text()
  }

  /// All bytes of a file.
  package static func read(_ path: String) throws(FlowError) -> [UInt8] {
    switch FileSystem.entry(at: path) {
    case .file: try FileSystem.read(path)
    case .missing: throw FlowError(.file, "\(path) does not exist; check the path and the working folder")
    case .folder: throw FlowError(.file, "\(path) is a folder; give the path of a file")
    case .special: throw FlowError(.file, "\(path) is not a regular file")
    case .unreadable(let reason): throw FlowError(.file, "cannot read \(path): \(reason)")
    }
  }
}
