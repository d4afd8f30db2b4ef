internal import CHDF5

extension HDF5 {
  /// What lies at a path where an HDF5 file is expected.
  package enum FileKind: Sendable, Equatable {
    case hdf5
    case missing
    case folder
    case empty
    /// Neither a file nor a folder: a pipe or a device.
    case special
    /// Readable, but not HDF5; `format` is what its first bytes look like.
    case notHDF5(format: String?)
    /// There, but the operating system does not let us read it.
    case unreadable(reason: String)

    /// Looks at the file itself and at its signature, not further.
    package init(of path: String) throws(FlowError) {
      switch FileSystem.entry(at: path) {
      case .missing: self = .missing
      case .folder: self = .folder
      case .special: self = .special
      case .unreadable(let reason): self = .unreadable(reason: reason)
      case .file(let size):
        guard size > 0 else {
          self = .empty
          return
        }
        do {
          let start = try FileSystem.read(path, atMost: 512)
          if Self.isHDF5(start) {
            self = .hdf5
          } else if HDF5.attempt({ H5Fis_hdf5(path) }) > 0 {
            self = .hdf5
          } else {
            self = .notHDF5(format: Self.format(of: start))
          }
        } catch {
          self = .unreadable(reason: error.detail ?? error.message)
        }
      }
    }

    /// One line on why `path` cannot be opened as an HDF5 file.
    package func complaint(about path: String) -> String {
      switch self {
      case .hdf5: "\(path) is an HDF5 file"
      case .missing: Self.missing(path)
      case .folder: "\(path) is a folder; give the path of an HDF5 file in it"
      case .empty: "\(path) is empty (0 bytes); write or copy it again"
      case .special: "\(path) is neither a file nor a folder; HDF5 files must be regular files"
      case .unreadable(let reason): "cannot read \(path): \(reason)"
      case .notHDF5(let format):
        "\(path) is not an HDF5 file" + (format.map { " (it looks like \($0))" } ?? "") + "; "
          + (Self.formats.first { $0.name == format }?.advice ?? "convert it, for example with h5py")
      }
    }

    private static func missing(_ path: String) -> String {
      var parent = path[...]
      while let slash = parent.lastIndex(of: "/"), slash > path.startIndex {
        parent = path[..<slash]
        if case .file = FileSystem.entry(at: String(parent)) {
          return "\(path) does not exist, but \(parent) is a file; what is in it stands behind a colon, as in "
            + "\(parent):\(path[slash...])"
        }
      }
      return "\(path) does not exist; check the path and the working folder"
    }

    static func explain(_ error: FlowError, path: String) -> FlowError {
      let size: Int? = if case .file(let size) = FileSystem.entry(at: path) { size } else { nil }
      return explain(error, size: size, name: path, advice: ", or wait if a program still writes it")
    }

    static func explain(_ error: FlowError, image: [UInt8], name: String) -> FlowError {
      guard signatureOffsets(within: image.count).contains(where: { isSignature(image, at: $0) }) else {
        return FlowError(
          .file, notHDF5(format: format(of: image)).complaint(about: name), detail: error.detail)
      }
      return explain(error, size: image.count, name: name)
    }

    /// A file with the signature that cannot be opened is cut short, locked by a writer, or damaged.
    private static func explain(_ error: FlowError, size: Int?, name: String, advice: String = "") -> FlowError {
      // Without a stack it is not about the file: the library itself cannot be used.
      guard let stack = ErrorStack(of: error) else { return error }
      if let expected = stack.expectedSize, let size {
        return FlowError(
          .file,
          "\(name) is truncated: \(size) of \(expected) bytes are there; copy or download it again\(advice)",
          detail: error.detail)
      }
      if stack.entries.contains(where: { $0.contains("file is already open for") }) {
        return FlowError(
          .file,
          "\(name) is marked as open for writing: a program still writes it (in SWMR mode perhaps), or ended without closing "
            + "it; wait until it is closed, or if no program has it open, copy it and run 'h5clear -s' on the copy",
          detail: error.detail)
      }
      if stack.saysLocked {
        return FlowError(
          .file,
          "\(name) is locked by a program that writes to it; wait for it, or if the file system knows no "
            + "locks set HDF5_USE_FILE_LOCKING=FALSE", detail: error.detail)
      }
      return FlowError(
        .file, "\(name) is a damaged HDF5 file (\(stack.reason)); copy or download it again",
        detail: error.detail)
    }

    /// The signature stands at the start, or behind a user block of 512, 1024, 2048 … bytes.
    private static func signatureOffsets(within size: Int) -> [Int] {
      var offsets = [0]
      var next = 512
      while next < size {
        offsets.append(next)
        next *= 2
      }
      return offsets
    }

    /// Whether the first bytes of a file have the signature.
    static func isHDF5(_ start: [UInt8]) -> Bool {
      signatureOffsets(within: start.count).contains { isSignature(start, at: $0) }
    }

    private static func isSignature(_ bytes: [UInt8], at offset: Int) -> Bool {
      let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
      return bytes.dropFirst(offset).starts(with: signature)
    }

    /// How files of other formats begin, what they are, and what to do about them where converting is not all.
    private static let formats: [(bytes: [UInt8], name: String, advice: String?)] = [
      ([0x93] + Array("NUMPY".utf8), "a NumPy array", nil),
      (Array("PK\u{3}\u{4}".utf8), "a zip or npz archive", "unpack it first; in an .npz each array is an .npy"),
      ([0x1F, 0x8B], "gzip-compressed data", "unpack it first, with gunzip"),
      (Array("PAR1".utf8), "a Parquet file", nil),
      (Array("SIMPLE  =".utf8), "a FITS file", nil),
      (Array("CDF".utf8), "a classic NetCDF file", "convert it, for example with nccopy -k nc4"),
      (Array("version https://git-lfs".utf8), "a pointer of Git LFS", "fetch the file itself with git lfs pull"),
      (Array("<!".utf8), "a web page", "download it again"), (Array("<html".utf8), "a web page", "download it again"),
      ([0x80, 0x04, 0x95], "a Python pickle", nil), ([0x80, 0x05, 0x95], "a Python pickle", nil),
    ]

    static func format(of start: [UInt8]) -> String? {
      if let match = formats.first(where: { start.starts(with: $0.bytes) }) { return match.name }
      let isText = start.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
      return isText ? "text" : nil
    }
  }
}
