internal import CHDF5

// Datasets whose values lie elsewhere: virtual ones are put together from other datasets, external ones are raw bytes in
// other files. Where such a source is gone the library gives out fill values, zeros mostly, and says nothing.

extension HDF5.Dataset {
  /// A source that is a virtual dataset of its own, and so on: deeper chains are cycles.
  private static let depthLimit = 8

  /// Throws where values of this dataset lie in a file or dataset that is not there, or is smaller than it was.
  func checkSources(depth: Int = 0) throws(FlowError) {
    guard shape.reduce(1, *) > 0 || layout == .virtual else { return }
    let what = "cannot read the layout of \(location)"
    let id = handle.id
    let creation = try HDF5.Handle(what) { H5Dget_create_plist(id) }
    switch layout {
    case .virtual: try checkMappings(creation, what, depth)
    case .external: try checkExternalFiles(creation, what)
    case .chunked, .inFile: break
    }
  }

  // MARK: Virtual datasets

  private func checkMappings(
    _ creation: borrowing HDF5.Handle, _ what: String, _ depth: Int
  ) throws(FlowError) {
    guard depth < Self.depthLimit else {
      throw FlowError(.format, "\(location) is a virtual dataset whose sources lead back to itself")
    }
    let creationID = creation.id
    var count = 0
    try HDF5.check(what) { H5Pget_virtual_count(creationID, &count) }
    var mapped = Double(0)
    for index in 0..<count {
      let file = try Self.text(what) { H5Pget_virtual_filename(creationID, index, $0, $1) }
      let path = try Self.text(what) { H5Pget_virtual_dsetname(creationID, index, $0, $1) }
      let covered = try HDF5.Handle(what) { H5Pget_virtual_vspace(creationID, index) }
      let coveredID = covered.id
      let points = Double(max(0, HDF5.attempt { H5Sget_select_npoints(coveredID) }))
      mapped += points
      // A pattern over a growing number of files: the shape counts those that are there.
      guard !file.contains("%b"), !path.contains("%b") else {
        guard shape.contains(0) else { continue }
        throw FlowError(
          .file, "\(location) is a virtual dataset over \(file):\(path), of which the first (%b = 0) is not there")
      }
      let needed = try HDF5.Handle(what) { H5Pget_virtual_srcspace(creationID, index) }
      try checkSource(
        file.replacing("%%", with: "%"), path.replacing("%%", with: "%"), extent: Self.extent(of: needed),
        points: points, depth)
    }
    // Unlimited mappings have no number of points, and cover what there is.
    let total = shape.reduce(1.0) { $0 * Double($1) }
    guard mapped > 0 || count == 0, mapped < total else { return }
    // Whoever set another fill value than 0 knows of the gaps: there values are missing.
    if let fill = storage.fill, fill != 0 { return }
    throw FlowError(
      .format,
      "\(location) is a virtual dataset that has sources for \(Int(mapped)) of its \(Int(total)) values, the others would "
        + "read as fill values; map all of them, or read the sources")
  }

  /// How far a selection reaches along each axis; nil where it has no end.
  private static func extent(of space: borrowing HDF5.Handle) throws(FlowError) -> [Int]? {
    let id = space.id
    let rank = Int(HDF5.attempt { H5Sget_simple_extent_ndims(id) })
    guard rank > 0 else { return nil }
    var (first, last) = ([hsize_t](repeating: 0, count: rank), [hsize_t](repeating: 0, count: rank))
    guard HDF5.attempt({ H5Sget_select_bounds(id, &first, &last) }) >= 0 else { return nil }
    let ends = last.map { Int(exactly: $0) }
    return ends.contains(nil) ? nil : ends.map { $0! + 1 }
  }

  private func checkSource(_ file: String, _ path: String, extent: [Int]?, points: Double, _ depth: Int)
    throws(FlowError)
  {
    func gone(_ why: String) -> FlowError {
      FlowError(
        .file,
        "\(location) is a virtual dataset whose source \(file == "." ? "" : file + ":")\(path) \(why); its values would "
          + "read as zeros or other fill values")
    }
    let id = handle.id
    let source: HDF5.Handle
    if file == "." {
      source = try HDF5.Handle("cannot open \(location.file)") { H5Iget_file_id(id) }
    } else {
      let candidates = HDF5.SourcePath.candidates(file, beside: location.file)
      guard let found = candidates.first(where: { FileSystem.entry(at: $0) != .missing }) else {
        throw gone("is gone: there is no file \(file)")
      }
      do throws(FlowError) {
        source = try HDF5.File.open(found, chdf5_read_only(), "cannot open \(found)")
      } catch {
        throw gone("cannot be opened: \(HDF5.FileKind.explain(error, path: found).message)")
      }
    }
    let root = try HDF5.Group.root(of: source, DataLocation(file: file == "." ? location.file : file))
    guard try root.contains(path), try root.kind(at: path) == .dataset else {
      throw gone("is gone: \(file == "." ? location.file : file) has no dataset \(path)")
    }
    let dataset = try root.dataset(path)
    if let extent, extent.count != dataset.shape.count || zip(extent, dataset.shape).contains(where: { $0 > $1 }) {
      throw gone("is \(HDF5.text(dataset.shape)), smaller than the \(HDF5.text(extent)) that are taken from it")
    }
    guard dataset.shape.reduce(1, { $0 * Double($1) }) >= points else {
      throw gone("is \(HDF5.text(dataset.shape)), smaller than the \(Int(points)) values that are taken from it")
    }
    try dataset.checkSources(depth: depth + 1)
  }

  // MARK: External storage

  private func checkExternalFiles(_ creation: borrowing HDF5.Handle, _ what: String) throws(FlowError) {
    let creationID = creation.id
    var missing = shape.reduce(Double(valueBytes)) { $0 * Double($1) }
    let count = try HDF5.check(what) { H5Pget_external_count(creationID) }
    for index in 0..<UInt32(count) {
      var (name, start, size) = ([CChar](repeating: 0, count: 4096), off_t(0), hsize_t(0))
      try HDF5.check(what) { H5Pget_external(creationID, index, name.count - 1, &name, &start, &size) }
      let file = HDF5.string(name)
      let needed = min(missing, Double(size))
      missing -= needed
      guard case .file(let bytes) = FileSystem.entry(at: HDF5.SourcePath.external(file, beside: location.file)) else {
        throw FlowError(
          .file,
          "the values of \(location) lie in another file, \(file), which is gone; put it back, or run from the folder that "
            + "it is named from")
      }
      guard Double(bytes) >= Double(start) + needed else {
        throw FlowError(
          .file,
          "the values of \(location) lie in another file, \(file), which is truncated: \(bytes) of "
            + "\(Int(Double(start) + needed)) bytes are there; copy it again")
      }
    }
  }

  private static func text(
    _ what: String, _ read: (UnsafeMutablePointer<CChar>?, Int) -> Int
  ) throws(FlowError) -> String {
    let length = try HDF5.check(what) { read(nil, 0) }
    var text = [CChar](repeating: 0, count: length + 1)
    try HDF5.check(what) { read(&text, text.count) }
    return HDF5.string(text)
  }
}

extension HDF5 {
  /// Where the library looks for files that a file names.
  enum SourcePath {
    /// For sources of virtual datasets and external links, in order: the name if it is absolute; below each folder of
    /// the variable `prefixes`; beside the file that names it; from the working folder.
    static func candidates(
      _ name: String, beside file: String, prefixes variable: String = "HDF5_VDS_PREFIX"
    ) -> [String] {
      let isAbsolute = name.hasPrefix("/")
      // An absolute name that leads nowhere is looked for by its last part.
      let short = isAbsolute ? String(name.split(separator: "/").last ?? "") : name
      let prefixes = (System.environment(variable) ?? "").split(separator: ":").map {
        $0.replacing("${ORIGIN}", with: folder(of: file))
      }
      return (isAbsolute ? [name] : []) + (prefixes + [folder(of: file)]).map { "\($0)/\(short)" } + [short]
    }

    /// For raw bytes: from the working folder, or below HDF5_EXTFILE_PREFIX.
    static func external(_ name: String, beside file: String) -> String {
      guard !name.hasPrefix("/"), let prefix = System.environment("HDF5_EXTFILE_PREFIX"), !prefix.isEmpty else {
        return name
      }
      return prefix.replacing("${ORIGIN}", with: folder(of: file)) + "/" + name
    }

    private static func folder(of file: String) -> String {
      guard let slash = file.lastIndex(of: "/") else { return "." }
      return slash == file.startIndex ? "/" : String(file[..<slash])
    }
  }
}
