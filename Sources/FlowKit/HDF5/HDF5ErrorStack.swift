internal import CHDF5

extension HDF5 {
  /// A copy of the library's error stack, the cause first.
  struct ErrorStack: Sendable {
    var entries: [String]

    init(entries: [String]) { self.entries = entries }

    /// The stack that an error carries.
    init?(of error: FlowError) {
      guard let detail = error.detail else { return nil }
      entries = detail.split(separator: "\n").map(String.init)
    }

    /// The calling thread's stack; only inside the lock, right after the failed call.
    static func current() -> ErrorStack {
      var entries: [String] = []
      let append: H5E_walk2_t = { _, entry, context in
        guard let entry = entry?.pointee, let context else { return 0 }
        let function = entry.func_name.map { String(cString: $0) } ?? "?"
        let text = entry.desc.map { String(cString: $0) } ?? "?"
        context.assumingMemoryBound(to: [String].self).pointee.append("\(function): \(text)")
        return 0
      }
      withUnsafeMutablePointer(to: &entries) { entries in
        _ = H5Ewalk2(chdf5_error_stack(), H5E_WALK_UPWARD, append, entries)
      }
      return ErrorStack(entries: entries)
    }

    func error(_ kind: FlowError.Kind, _ what: String) -> FlowError {
      // What cannot be unpacked is not what was written.
      let isDamaged = entries.contains { $0.hasSuffix("filter returned failure during read") }
      let advice = isDamaged ? "; the file is damaged there, copy or download it again" : ""
      return FlowError(kind, "\(what): \(reason)\(advice)", detail: entries.joined(separator: "\n"))
    }

    /// The cause in a few words: the operating system's where it has one, else the innermost entry's.
    var reason: String {
      for entry in entries {
        if let text = entry.text(after: "error message = '", before: "'") { return text }
      }
      guard let first = entries.first else { return "the HDF5 library gives no reason" }
      return first.text(after: ": ", before: nil) ?? first
    }

    /// Whether another program holds the file's lock.
    var saysLocked: Bool { entries.contains { $0.contains("unable to lock file") } }

    /// The size in bytes that a truncated file ought to have.
    var expectedSize: Int? {
      for entry in entries where entry.text(after: "truncated file", before: nil) != nil {
        return entry.text(after: "stored_eof = ", before: nil).flatMap { Int($0.prefix(while: \.isNumber)) }
      }
      return nil
    }
  }
}

extension String {
  /// The part behind the first `start`, up to the next `end` if one is given.
  func text(after start: String, before end: Character?) -> String? {
    guard let range = firstRange(of: start) else { return nil }
    let rest = self[range.upperBound...]
    guard let end else { return String(rest) }
    return rest.firstIndex(of: end).map { String(rest[..<$0]) }
  }
}
