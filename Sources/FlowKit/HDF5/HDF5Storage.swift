internal import CHDF5

extension HDF5 {
  /// How a dataset's values are stored, and what stands where none was written.
  struct Storage: Sendable {
    enum Layout: Sendable {
      /// In one piece of the file.
      case inFile
      case chunked
      /// Put together from other datasets.
      case virtual
      /// Raw bytes in other files.
      case external
    }

    let layout: Layout
    /// The shape of a chunk; nil where the values lie in one piece.
    let chunk: [Int]?
    /// The fill value that whoever made the dataset has set, if it is a number; nil where it is the library's zero.
    let fill: Double?

    init(of id: hid_t, rank: Int, isNumeric: Bool, _ location: DataLocation) throws(FlowError) {
      let what = "cannot read the layout of \(location)"
      let creation = try Handle(what) { H5Dget_create_plist(id) }
      let creationID = creation.id
      let kind = H5D_layout_t(rawValue: try HDF5.check(what) { H5Pget_layout(creationID).rawValue })
      if kind == H5D_CHUNKED {
        var sizes = [hsize_t](repeating: 0, count: rank)
        try HDF5.check(what) { H5Pget_chunk(creationID, Int32(rank), &sizes) }
        (layout, chunk) = (.chunked, sizes.map { Int($0) })
      } else {
        let isExternal = HDF5.attempt { H5Pget_external_count(creationID) } > 0
        (layout, chunk) = (kind == H5D_VIRTUAL ? .virtual : isExternal ? .external : .inFile, nil)
      }
      var status = H5D_FILL_VALUE_UNDEFINED
      try HDF5.check(what) { H5Pfill_value_defined(creationID, &status) }
      guard isNumeric, status == H5D_FILL_VALUE_USER_DEFINED else {
        fill = nil
        return
      }
      var value = 0.0
      try HDF5.check(what) { H5Pget_fill_value(creationID, chdf5_native_double(), &value) }
      fill = value
    }
  }
}

// MARK: - Values that nobody wrote

extension HDF5.Dataset {
  /// The fill value that whoever made a dataset of compound values has set: the numbers of each field, none where a field
  /// holds no numbers; nil where it is the library's zero.
  func fills(of fields: [HDF5.Record.Field]) throws(FlowError) -> [[Double]]? {
    let what = "cannot read the layout of \(location)"
    let numeric = fields.filter { $0.layout != nil }
    let id = handle.id
    let creation = try HDF5.Handle(what) { H5Dget_create_plist(id) }
    let creationID = creation.id
    var status = H5D_FILL_VALUE_UNDEFINED
    try HDF5.check(what) { H5Pfill_value_defined(creationID, &status) }
    guard status == H5D_FILL_VALUE_USER_DEFINED, !numeric.isEmpty else { return nil }
    let type = try HDF5.Record.memoryType(of: numeric, what)
    let typeID = type.id
    var numbers = [Double](repeating: 0, count: numeric.reduce(0) { $0 + $1.layout!.count })
    try HDF5.check(what) { H5Pget_fill_value(creationID, typeID, &numbers) }
    var next = 0
    return fields.map { field in
      let start = next
      next += field.layout?.count ?? 0
      return Array(numbers[start..<next])
    }
  }

  /// Which of a dataset's values were ever written.
  enum Written: Sendable {
    case nothing
    case all
    /// Some chunks, as many as said, were not.
    case some(missingChunks: Int)
  }

  /// Asks the library where the values lie; what was given no place in the file was never written.
  func written() throws(FlowError) -> Written {
    let what = "cannot read the layout of \(location)"
    let id = handle.id
    switch storage.layout {
    case .virtual, .external: return .all
    case .inFile:
      var status = H5D_SPACE_STATUS_ERROR
      try HDF5.check(what) { H5Dget_space_status(id, &status) }
      return status == H5D_SPACE_STATUS_NOT_ALLOCATED ? .nothing : .all
    case .chunked:
      let space = try HDF5.Dataspace(of: handle, location)
      let spaceID = space.handle.id
      var count: hsize_t = 0
      try HDF5.check(what) { H5Dget_num_chunks(id, spaceID, &count) }
      let expected = zip(shape, chunk ?? []).reduce(1.0) { $0 * (Double($1.0) / Double(max(1, $1.1))).rounded(.up) }
      // A file may hold more chunks than its shape has room for.
      let missing = expected - Double(count)
      return count == 0 ? .nothing : missing > 0 ? .some(missingChunks: Int(missing)) : .all
    }
  }

  /// Whether the chunk that begins at an offset was written.
  func isWritten(chunkAt offset: [Int]) throws(FlowError) -> Bool {
    let id = handle.id
    var (mask, address, size) = (UInt32(0), haddr_t(0), hsize_t(0))
    let start = offset.map { hsize_t($0) }
    try HDF5.check("cannot look up a chunk of \(location)") {
      H5Dget_chunk_info_by_coord(id, start, &mask, &address, &size)
    }
    return address != haddr_t.max
  }
}
