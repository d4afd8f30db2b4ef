#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Synchronization

/// Hidden files that a killed program left beside its output, `.name.pid-n.partial`: removed when the same output is
/// written again.
///
/// Only where nobody can still be writing: no process of that number is there, nobody holds a lock on the file (its
/// writer does, HDF5 or we), and nothing was written for a minute. The number alone says nothing of a process
/// in another container or on another machine that shares the folder.
enum StalePartials {
  /// The outputs that were looked after in this process: once is enough.
  private static let visited = Mutex<Set<String>>([])

  static func remove(of name: String, in folder: String) {
    guard visited.withLock({ $0.insert("\(folder)/\(name)").inserted }) else { return }
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let writer = writer(of: found, name: name), isGone(writer) else { continue }
      let path = "\(folder)/\(found)"
      if isAbandoned(path) { unlink(path) }
    }
  }

  /// The process that began the file; nil where the file is no partial one of this output.
  private static func writer(of found: String, name: String) -> Int32? {
    let (start, end) = (".\(name).", ".partial")
    guard found.hasPrefix(start), found.hasSuffix(end), found.count > start.count + end.count else { return nil }
    let numbers = found.dropFirst(start.count).dropLast(end.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, Int(numbers[1]) != nil, let process = Int32(numbers[0]), process > 0 else { return nil }
    return process
  }

  private static func isGone(_ process: Int32) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

  private static func isAbandoned(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return false }
    #if canImport(Darwin)
      let written = info.st_mtimespec.tv_sec
    #else
      let written = info.st_mtim.tv_sec
    #endif
    return time(nil) - written > 60 && flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }
}
