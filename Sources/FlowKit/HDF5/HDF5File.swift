internal import CHDF5
internal import Synchronization

extension HDF5 {
  /// An open file, on disk or in memory.
  package struct File: ~Copyable {
    let handle: Handle
    /// As messages name it.
    package let name: String

    /// Opens a file for reading.
    package init(reading path: String) throws(FlowError) {
      let what = "cannot open \(path)"
      switch try FileKind(of: path) {
      case .hdf5: break
      case let kind: throw FlowError(.file, kind.complaint(about: path))
      }
      do {
        handle = try Self.open(path, chdf5_read_only(), what)
      } catch {
        throw FileKind.explain(error, path: path)
      }
      name = path
    }

    /// Creates or empties a file on disk; `name` is what messages call it.
    package init(creating path: String, name: String) throws(FlowError) {
      let what = "cannot create \(name)"
      let creation = try Self.untimedRoot(what)
      let id = creation.id
      handle = try Handle(what, .file) { chdf5_create(path, id, chdf5_default()) }
      self.name = name
    }

    /// Opens a file for adding to it; `name` is what messages call it.
    init(updating path: String, name: String) throws(FlowError) {
      handle = try Self.open(path, chdf5_read_write(), "cannot open \(name)")
      self.name = name
    }

    /// Creates a file in memory; `image()` gives its bytes.
    ///
    /// - Parameter userBlock: how many bytes before the file's own stay free: 0, 512, 1024, 2048 …
    package init(inMemory name: String, userBlock: Int = 0) throws(FlowError) {
      let what = "cannot build \(name) in memory"
      let creation = try Self.untimedRoot(what, userBlock: userBlock)
      let access = try Self.memoryAccess(what)
      let (creationID, accessID) = (creation.id, access.id)
      let key = Self.memoryKey(name)
      handle = try Handle(what, .file) { chdf5_create(key, creationID, accessID) }
      self.name = name
    }

    /// Opens the bytes of a file, which are copied.
    package init(image: [UInt8], name: String) throws(FlowError) {
      let what = "cannot open \(name)"
      guard !image.isEmpty else { throw FlowError(.file, FileKind.empty.complaint(about: name)) }
      let access = try Self.memoryAccess(what)
      let id = access.id
      // The library copies the bytes, though it asks for a pointer through which it could change them.
      var bytes = image
      try HDF5.check(what, .file) { H5Pset_file_image(id, &bytes, image.count) }
      do {
        let key = Self.memoryKey(name)
        handle = try Handle(what, .file) { H5Fopen(key, chdf5_read_only(), id) }
      } catch {
        throw FileKind.explain(error, image: image, name: name)
      }
      self.name = name
    }

    /// The bytes that the file would have on disk, behind its user block.
    package func image() throws(FlowError) -> [UInt8] {
      let id = handle.id
      let what = "cannot take the bytes of \(name)"
      try flush()
      let count = try HDF5.check(what, .file) { H5Fget_file_image(id, nil, 0) }
      var bytes = [UInt8](repeating: 0, count: count)
      try HDF5.check(what, .file) { H5Fget_file_image(id, &bytes, count) }
      return bytes
    }

    package func root() throws(FlowError) -> Group { try Group.root(of: handle, DataLocation(file: name)) }

    /// Hands everything written so far to the operating system.
    func flush() throws(FlowError) {
      let id = handle.id
      try HDF5.check("cannot write \(name)", .file) { H5Fflush(id, H5F_SCOPE_GLOBAL) }
    }

    consuming func close() throws(FlowError) {
      let name = name
      try handle.close("cannot write \(name)")
    }

    /// Gives the file up after a failed write.
    consuming func abandon() { handle.abandon() }

    /// Opens a file on disk; one that is locked is tried again for a second, as its writer may be about to close it. (A program that
    /// a host has just forked holds the host's locks, too, until it runs.)
    static func open(_ path: String, _ flags: UInt32, _ what: String) throws(FlowError) -> Handle {
      for _ in 0..<20 {
        do {
          return try Handle(what, .file) { chdf5_open(path, flags, chdf5_default()) }
        } catch {
          guard ErrorStack(of: error)?.saysLocked == true else { throw error }
        }
        System.pause(milliseconds: 50)
      }
      return try Handle(what, .file) { chdf5_open(path, flags, chdf5_default()) }
    }

    /// A root group without time stamps, so that equal contents give equal bytes.
    private static func untimedRoot(_ what: String, userBlock: Int = 0) throws(FlowError) -> Handle {
      let creation = try Handle(what, .file) { H5Pcreate(chdf5_file_creation()) }
      let id = creation.id
      try HDF5.check(what, .file) { H5Pset_userblock(id, hsize_t(userBlock)) }
      try HDF5.check(what, .file) { H5Pset_obj_track_times(id, false) }
      return creation
    }

    private static let memoryFiles = Atomic(0)

    /// A name of its own for each file in memory: the library takes two open ones of equal names for the same file.
    private static func memoryKey(_ name: String) -> String {
      "\(name)#\(memoryFiles.add(1, ordering: .relaxed).newValue)"
    }

    private static func memoryAccess(_ what: String) throws(FlowError) -> Handle {
      let access = try Handle(what, .file) { H5Pcreate(chdf5_file_access()) }
      let id = access.id
      let growth = 1 << 16
      try HDF5.check(what, .file) { H5Pset_fapl_core(id, growth, false) }
      return access
    }
  }
}

@available(*, unavailable)
extension HDF5.File: Sendable {}
