internal import Glibc

// The one file of FlowKit that calls the operating system for files. Errors carry the system's reason in `detail`.

/// The few calls that files need.
enum FileSystem {
  enum Entry: Equatable {
    case missing
    case folder
    case file(size: Int)
    case special
    case unreadable(reason: String)
  }

  /// What lies at a path, links followed.
  static func entry(at path: String) -> Entry {
    var info = stat()
    guard stat(path, &info) == 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(reason: reason)
    }
    switch info.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file(size: Int(info.st_size))
    default: return .special
    }
  }

  /// A text that changes with a file: which one it is, its size, and when it was written to; nil where there is none.
  static func stamp(of path: String) -> String? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    return "\(info.st_dev) \(info.st_ino) \(info.st_size) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)"
  }

  /// Whether two paths lead to one existing file.
  static func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }

  /// The names of what is in a folder; none where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  /// The path of a file that may be written to, links resolved.
  static func writablePath(_ path: String, _ what: String) throws(FlowError) -> String {
    guard access(path, W_OK) == 0, let target = realpath(path, nil) else { throw failure(what) }
    defer { free(target) }
    return String(cString: target)
  }

  /// Creates an empty file where there is none.
  static func create(_ path: String, _ what: String) throws(FlowError) {
    _ = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, what)
  }

  /// A file's bytes, or as many of them as asked for.
  static func read(_ path: String, atMost limit: Int = .max) throws(FlowError) -> [UInt8] {
    let file = try OpenFile(reading: path)
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: min(limit, 1 << 20))
    while bytes.count < limit {
      let count = try file.read(into: &block, atMost: limit - bytes.count)
      guard count > 0 else { break }
      bytes.append(contentsOf: block[..<count])
    }
    return bytes
  }

  /// Copies a file's bytes into one that exists.
  static func copy(_ source: String, to target: String, _ what: String) throws(FlowError) {
    let from = try OpenFile(source, O_RDONLY, what)
    let to = try OpenFile(target, O_WRONLY, what)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try from.read(into: &block)
      guard count > 0 else { return }
      try to.write(count < block.count ? Array(block[..<count]) : block)
    }
  }

  /// Makes a file's bytes durable, or a folder's entries.
  static func synchronize(_ path: String, _ what: String) throws(FlowError) {
    let file = try OpenFile(path, O_RDONLY, what)
    // Some file systems cannot synchronise a folder and say that the call is invalid.
    guard fsync(file.descriptor) == 0 || errno == EINVAL else { throw failure(what) }
  }

  /// How many bytes this process may still write to the file system of a folder; nil where it does not say.
  static func freeBytes(in folder: String) -> Double? {
    var info = statvfs()
    guard statvfs(folder, &info) == 0, info.f_blocks > 0 else { return nil }
    return Double(info.f_bavail) * Double(info.f_frsize)
  }

  /// Puts a file in another's place, in one step.
  static func move(_ path: String, to target: String, _ what: String) throws(FlowError) {
    guard rename(path, target) == 0 else { throw failure(what) }
  }

  /// Frees a file's space even where its descriptor stays open, as it does after a failed write of HDF5's.
  static func remove(_ path: String) {
    truncate(path, 0)
    unlink(path)
  }

  /// Removes a file to which nothing was written for `seconds` and on which nobody holds a lock; nothing else.
  static func removeAbandoned(_ path: String, after seconds: Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return }
    if time(nil) - info.st_mtim.tv_sec > seconds, flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
  }

  /// The last failed call as an error; `what` says what could not be done.
  fileprivate static func failure(_ what: String) -> FlowError {
    let reason = reason
    return FlowError(.file, "\(what): \(reason)", detail: reason)
  }

  private static var reason: String { String(cString: strerror(errno)) }
}

/// An open file, closed when it is let go.
struct OpenFile: ~Copyable {
  fileprivate let descriptor: Int32
  /// What errors say could not be done.
  private let what: String

  init(reading path: String) throws(FlowError) { try self.init(path, O_RDONLY, "cannot read \(path)") }

  /// Opens a file that exists for writing, locked against those who look for abandoned ones where the file system can.
  init(writing path: String, _ what: String) throws(FlowError) {
    try self.init(path, O_WRONLY, what)
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  fileprivate init(_ path: String, _ flags: Int32, _ what: String) throws(FlowError) {
    self.what = what
    // Mode 0666 as the user's mask narrows it, like any other program.
    while true {
      let descriptor = open(path, flags | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        self.descriptor = descriptor
        return
      }
      guard errno == EINTR else { throw FileSystem.failure(what) }
    }
  }

  deinit { close(descriptor) }

  /// Reads the next bytes into the start of `block`; how many there were, 0 at the end.
  func read(into block: inout [UInt8], atMost limit: Int = .max) throws(FlowError) -> Int {
    let wanted = min(block.count, limit)
    while true {
      let count = Glibc.read(descriptor, &block, wanted)
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileSystem.failure(what) }
    }
  }

  /// Reads the bytes from `start` on into the start of `block`; how many there were, 0 at the end.
  func read(into block: inout [UInt8], from start: Int) throws(FlowError) -> Int {
    while true {
      let count = pread(descriptor, &block, block.count, off_t(start))
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileSystem.failure(what) }
    }
  }

  /// The bytes from `start` on.
  func bytes(from start: Int, count: Int) throws(FlowError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress! + done, count - done, off_t(start + done))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileSystem.failure(what) }
      guard got > 0 else { throw FlowError(.file, "\(what): it is shorter than it was; begin anew") }
      done += got
    }
    return bytes
  }

  func write(_ bytes: [UInt8]) throws(FlowError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileSystem.failure(what) }
      written += count
    }
  }
}

/// What else is asked of the operating system.
enum System {
  /// The number of this process.
  static var process: Int32 { getpid() }

  /// Whether no process has this number.
  static func isGone(_ process: Int32) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

  /// The bytes that this machine's memory holds.
  static var memory: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

  static func pause(milliseconds: UInt32) { usleep(1000 * milliseconds) }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
