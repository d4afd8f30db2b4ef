internal import CHDF5

extension HDF5 {
  /// An open id of the HDF5 library: always valid, released exactly once.
  struct Handle: ~Copyable {
    let id: hid_t

    init(
      _ what: String, _ kind: FlowError.Kind = .format, _ open: () -> hid_t
    ) throws(FlowError) {
      id = try HDF5.check(what, kind, open)
    }

    deinit {
      let id = id
      HDF5.attempt { H5Idec_ref(id) }
    }

    /// Releases the id now, for handles whose release can fail: that of a file being written.
    consuming func close(_ what: String) throws(FlowError) {
      let id = id
      discard self
      try HDF5.check(what, .file) { H5Idec_ref(id) }
    }

    /// Gives the id up without releasing it, which after a failed write would only write, and fail, again.
    consuming func abandon() { discard self }
  }

  /// A group or dataset: what can carry attributes.
  package protocol Object: ~Copyable {
    var id: Int64 { get }
    var location: DataLocation { get }
  }
}

@available(*, unavailable)
extension HDF5.Handle: Sendable {}
