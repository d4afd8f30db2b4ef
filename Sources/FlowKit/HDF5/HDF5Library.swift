internal import CHDF5
internal import Synchronization

/// The only door to the HDF5 library.
///
/// Every call into the library goes through `check`, which holds the one lock, keeps the library from printing,
/// and turns a failure into a `FlowError` with a copy of the library's error stack. A call owns no `Handle`, so
/// that no handle's release, which takes the same lock, can run inside it.
package enum HDF5 {
  private static let lock = Mutex(())

  /// Prepares the library, once; why it cannot be used, if so.
  private static let mismatch: String? = {
    // At exit the library would close what is still open; after a failed write HDF5 1.10 crashes there, even if
    // the program has tried to close the file.
    // The call is refused only if the host program has made it already.
    _ = H5dont_atexit()
    return Version.ofHeaders.mismatch(with: .ofLibrary())
  }()

  /// Makes one call and returns its result; a negative one becomes an error that begins with `what`.
  ///
  /// - Parameter what: what could not be done, and where: "cannot read data.h5:/train".
  @discardableResult
  static func check<Status: SignedInteger & Sendable>(
    _ what: String, _ kind: FlowError.Kind = .format, _ call: () -> Status
  ) throws(FlowError) -> Status {
    if let mismatch { throw FlowError(.file, "\(what): \(mismatch)") }
    let (status, stack) = perform(call)
    guard status >= 0 else { throw stack.error(kind, what) }
    return status
  }

  /// Makes one call whose failure is an answer, not an error (releasing an id, probing a file).
  @discardableResult
  static func attempt<Status: SignedInteger & Sendable>(_ call: () -> Status) -> Status {
    mismatch == nil ? perform(call).status : -1
  }

  private static func perform<Status: SignedInteger & Sendable>(
    _ call: () -> Status
  ) -> (status: Status, stack: ErrorStack) {
    lock.withLock { _ in
      // A thread-safe build keeps this setting per thread, so it is made on every entry.
      H5Eset_auto2(chdf5_error_stack(), nil, nil)
      let status = call()
      return (status, status < 0 ? ErrorStack.current() : ErrorStack(entries: []))
    }
  }
}
