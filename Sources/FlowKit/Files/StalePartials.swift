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
    for found in FileSystem.names(in: folder) {
      guard let writer = writer(of: found, name: name), System.isGone(writer) else { continue }
      FileSystem.removeAbandoned("\(folder)/\(found)", after: 60)
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
}
