/// A file that is written beside its destination and takes its place on `commit()`; otherwise it is removed.
struct TemporaryFile: ~Copyable {
  /// Where to write.
  let path: String
  /// What it will replace: a link's target, not the link.
  private let destination: String
  private let folder: String
  private var isPending = true

  /// Creates an empty file in the destination's folder.
  init(for path: String) throws(FlowError) {
    let what = "cannot write \(path)"
    let destination = try Self.resolved(path)
    let slash = destination.lastIndex(of: "/")
    let name = slash.map { String(destination[destination.index(after: $0)...]) } ?? destination
    let folder = slash.map { $0 == destination.startIndex ? "/" : String(destination[..<$0]) } ?? "."
    switch FileSystem.entry(at: folder) {
    case .folder: break
    case .missing: throw FlowError(.file, "\(what): the folder \(folder) does not exist; create it first")
    default: throw FlowError(.file, "\(what): \(folder) is not a folder")
    }
    StalePartials.remove(of: name, in: folder)
    var attempt = 0
    var temporary: String
    repeat {
      temporary = "\(folder)/.\(name).\(System.process)-\(attempt).partial"
      attempt += 1
    } while FileSystem.entry(at: temporary) != .missing
    try FileSystem.create(temporary, what)
    self.path = temporary
    self.destination = destination
    self.folder = folder
  }

  deinit {
    if isPending { FileSystem.remove(path) }
  }

  /// Makes the file's bytes durable and puts it in the destination's place, in one step for every reader.
  mutating func commit() throws(FlowError) {
    let what = "cannot write \(destination)"
    try FileSystem.synchronize(path, what)
    try FileSystem.move(path, to: destination, what)
    isPending = false
    try FileSystem.synchronize(folder, what)
  }

  /// Removes the file.
  mutating func remove() {
    if isPending { FileSystem.remove(path) }
    isPending = false
  }

  /// The path itself, or what the link there leads to; refuses what must not be replaced.
  private static func resolved(_ path: String) throws(FlowError) -> String {
    let what = "cannot write \(path)"
    switch FileSystem.entry(at: path) {
    case .missing: return path
    case .folder: throw FlowError(.file, "\(what): it is a folder; give the path of a file")
    case .special: throw FlowError(.file, "\(what): it is not a regular file")
    case .unreadable(let reason): throw FlowError(.file, "\(what): \(reason)")
    case .file: return try FileSystem.writablePath(path, what)
    }
  }
}
