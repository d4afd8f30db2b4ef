internal import CHDF5

extension HDF5.Group {
  /// Writes numbers as a new dataset; missing groups on the way to it are created.
  package func write<Element: HDF5Element>(
    _ values: [Element], shape: [Int], to path: String
  ) throws(FlowError) {
    precondition(
      shape.reduce(1, *) == values.count,
      "the shape \(shape) of '\(path)' does not fit \(values.count) values")
    let what = "cannot write \(location.appending(path))"
    let dataset = try create(path, Element.hdf5Type, shape: shape)
    guard !values.isEmpty else { return }
    let id = dataset.id
    try HDF5.check(what, .file) {
      H5Dwrite(id, Element.hdf5Type.memoryID, chdf5_all(), chdf5_all(), chdf5_default(), values)
    }
  }

  /// Writes one text as a new dataset.
  package func write(_ text: String, to path: String) throws(FlowError) {
    try write([text], shape: [], to: path)
  }

  /// Writes texts as a new one-dimensional dataset.
  package func write(_ texts: [String], to path: String) throws(FlowError) {
    try write(texts, shape: [texts.count], to: path)
  }

  private func write(_ texts: [String], shape: [Int], to path: String) throws(FlowError) {
    let what = "cannot write \(location.appending(path))"
    let type = try HDF5.textType()
    let typeID = type.id
    let handle = try create(path, type: typeID, shape: shape, layout: nil)
    guard !texts.isEmpty else { return }
    let id = handle.id
    try HDF5.withStringPointers(texts, what) { pointers throws(FlowError) in
      try HDF5.check(what, .file) {
        H5Dwrite(id, typeID, chdf5_all(), chdf5_all(), chdf5_default(), pointers)
      }
    }
  }

  /// Creates a dataset of numbers, shuffled, lightly compressed and checksummed where it is chunked.
  func create(
    _ path: String, _ element: HDF5.NumberType, shape: [Int], chunk: [Int]? = nil
  ) throws(FlowError) -> HDF5.Dataset {
    let location = location.appending(path)
    let type = try HDF5.Handle("cannot create \(location)", .file) { H5Tcopy(element.storedID) }
    return try .describing(create(path, type: type.id, shape: shape, layout: chunk), location)
  }

  private func create(
    _ path: String, type: Int64, shape: [Int], layout chunk: [Int]?
  ) throws(FlowError) -> HDF5.Handle {
    let what = "cannot create \(location.appending(path))"
    let names = path.split(separator: "/")
    precondition(!names.isEmpty, "a dataset needs a name")
    if names.count > 1 { try makeGroup(names.dropLast().joined(separator: "/")) }
    let creation = try HDF5.Handle(what, .file) { H5Pcreate(chdf5_dataset_creation()) }
    let creationID = creation.id
    // Equal contents are to give equal bytes.
    try HDF5.check(what, .file) { H5Pset_obj_track_times(creationID, false) }
    if let chunk {
      let sizes = chunk.map { hsize_t($0) }
      try HDF5.check(what, .file) { H5Pset_chunk(creationID, Int32(sizes.count), sizes) }
      try HDF5.check(what, .file) { H5Pset_shuffle(creationID) }
      // Higher levels take several times as long and gain a few percent on numbers.
      try HDF5.check(what, .file) { H5Pset_deflate(creationID, 1) }
      try HDF5.check(what, .file) { H5Pset_fletcher32(creationID) }
    }
    let space = try HDF5.Dataspace(shape: shape)
    let (id, spaceID, name) = (id, space.handle.id, Self.relative(path))
    return try HDF5.Handle(what, .file) {
      H5Dcreate2(id, name, type, spaceID, chdf5_default(), creationID, chdf5_default())
    }
  }
}

extension HDF5.Dataset {
  /// All texts of a dataset of text, in row-major order.
  package func readTexts() throws(FlowError) -> [String] {
    guard type == .text else { throw FlowError(.format, "\(location) holds \(type), not text") }
    let id = id
    let stored = try HDF5.Handle("cannot read the type of \(location)") { H5Dget_type(id) }
    let space = try HDF5.Dataspace(of: handle, location)
    let count = try HDF5.elementCount(shape, location)
    guard count > 0 else { return [] }
    return try HDF5.readStrings(count: count, type: stored, space: space, location) {
      H5Dread(id, $0, chdf5_all(), chdf5_all(), chdf5_default(), $1)
    }
  }
}
