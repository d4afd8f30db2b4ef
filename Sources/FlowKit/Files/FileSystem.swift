#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

// The functions of this name inside `FileSystem` hide the system's.
private let systemWrite = write
private let systemRead = read
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }

/// The few calls to the operating system that files need. Their errors carry the system's reason in `detail`.
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
      return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(reason: reason())
    }
    switch info.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file(size: Int(info.st_size))
    default: return .special
    }
  }

  /// Whether two paths lead to one existing file.
  static func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }

  /// A file's bytes, or as many of them as asked for.
  static func read(_ path: String, atMost limit: Int = .max) throws(FlowError) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY, "cannot read \(path)")
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: min(limit, 1 << 20))
    while bytes.count < limit {
      let wanted = min(block.count, limit - bytes.count)
      let count = systemRead(descriptor, &block, wanted)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot read \(path)") }
      guard count > 0 else { break }
      bytes.append(contentsOf: block[..<count])
    }
    return bytes
  }

  /// Writes all bytes to an open file.
  static func write(_ bytes: [UInt8], to descriptor: Int32, _ what: String) throws(FlowError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        systemWrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(what) }
      written += count
    }
  }

  /// Copies a file's bytes into one that exists.
  static func copy(_ source: String, to target: String, _ what: String) throws(FlowError) {
    let from = try open(source, O_RDONLY, what)
    defer { close(from) }
    let to = try open(target, O_WRONLY, what)
    defer { close(to) }
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = systemRead(from, &block, block.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(what) }
      guard count > 0 else { return }
      try write(count < block.count ? Array(block[..<count]) : block, to: to, what)
    }
  }

  /// Opens a file that exists for writing, locked against those who look for abandoned ones where the file system can.
  static func openToWrite(_ path: String, _ what: String) throws(FlowError) -> Int32 {
    let descriptor = try open(path, O_WRONLY, what)
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return descriptor
  }

  /// Opens a file and returns its descriptor.
  static func open(_ path: String, _ flags: Int32, _ what: String) throws(FlowError) -> Int32 {
    // Mode 0666 as the user's mask narrows it, like any other program.
    while true {
      let descriptor = systemOpen(path, flags | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw failure(what) }
    }
  }

  /// The last failed call as an error; `what` says what could not be done.
  static func failure(_ what: String) -> FlowError {
    let reason = reason()
    return FlowError(.file, "\(what): \(reason)", detail: reason)
  }

  static func reason() -> String { String(cString: strerror(errno)) }
}
