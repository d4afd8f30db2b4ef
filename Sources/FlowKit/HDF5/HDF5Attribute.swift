internal import CHDF5

extension HDF5.Object where Self: ~Copyable {
  /// The names of the attributes, in order.
  package func attributeNames() throws(FlowError) -> [String] {
    let id = id
    let what = "cannot list the attributes of \(location)"
    var names: [String] = []
    try withUnsafeMutablePointer(to: &names) { names throws(FlowError) in
      var index: hsize_t = 0
      try HDF5.check(what) {
        H5Aiterate2(
          id, H5_INDEX_NAME, H5_ITER_INC, &index,
          { _, name, _, context in
            guard let name, let context else { return -1 }
            context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            return 0
          }, names)
      }
    }
    return names
  }

  /// An attribute's value; nil where there is none of that name. An attribute that is neither text nor numbers
  /// is an error.
  package func attribute(_ name: String) throws(FlowError) -> MetadataValue? {
    let id = id
    let what = "cannot read the attribute '\(name)' of \(location)"
    guard try HDF5.check(what, .format, { H5Aexists(id, name) }) > 0 else { return nil }
    let attribute = try HDF5.Handle(what) { H5Aopen(id, name, chdf5_default()) }
    let attributeID = attribute.id
    let type = try HDF5.Handle(what) { H5Aget_type(attributeID) }
    let space = try HDF5.Dataspace(ofAttribute: attribute, what)
    let stored = try HDF5.StoredType(type, in: location)
    // h5py's "empty" attributes have no elements, and no shape either.
    let (spaceID, shape) = (space.handle.id, try space.shape())
    let count = try HDF5.check(what) { H5Sget_simple_extent_npoints(spaceID) }
    let isSingle = shape.isEmpty && count == 1
    if stored == .text {
      let texts = try HDF5.readStrings(count: Int(count), type: type, space: space, location) {
        H5Aread(attributeID, $0, $1)
      }
      return isSingle ? .text(texts[0]) : .texts(texts)
    }
    if stored.isInteger {
      var values = [Int](repeating: 0, count: Int(count))
      try HDF5.check(what) { H5Aread(attributeID, chdf5_native_int64(), &values) }
      return isSingle ? .integer(values[0]) : .integers(values)
    }
    guard stored.isFloat else {
      throw FlowError(.format, "\(what): it holds \(stored), neither text nor numbers")
    }
    var values = [Double](repeating: 0, count: Int(count))
    try HDF5.check(what) { H5Aread(attributeID, chdf5_native_double(), &values) }
    return isSingle ? .number(values[0]) : .numbers(values)
  }

  /// The numbers of an attribute as Double; none where it holds something else. The attribute must be there.
  func attributeNumbers(_ name: String) throws(FlowError) -> [Double] {
    let id = id
    let what = "cannot read the attribute '\(name)' of \(location)"
    let attribute = try HDF5.Handle(what) { H5Aopen(id, name, chdf5_default()) }
    let attributeID = attribute.id
    let type = try HDF5.Handle(what) { H5Aget_type(attributeID) }
    guard try HDF5.StoredType(type, in: location).isNumeric else { return [] }
    let space = try HDF5.Dataspace(ofAttribute: attribute, what)
    let spaceID = space.handle.id
    let count = try HDF5.check(what) { H5Sget_simple_extent_npoints(spaceID) }
    var values = [Double](repeating: 0, count: Int(count))
    try HDF5.check(what) { H5Aread(attributeID, chdf5_native_double(), &values) }
    return values
  }

  /// Adds an attribute, which must be new.
  package func setAttribute(_ name: String, _ value: MetadataValue) throws(FlowError) {
    switch value {
    case .text(let text): try setTexts(name, [text], shape: [])
    case .texts(let texts): try setTexts(name, texts, shape: [texts.count])
    case .integer(let integer): try setNumbers(name, [integer], shape: [])
    case .integers(let integers): try setNumbers(name, integers, shape: [integers.count])
    case .number(let number): try setNumbers(name, [number], shape: [])
    case .numbers(let numbers): try setNumbers(name, numbers, shape: [numbers.count])
    }
  }

  /// Adds several attributes in the order of their names.
  package func setAttributes(_ values: [String: MetadataValue]) throws(FlowError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { try setAttribute(name, value) }
  }

  private func setTexts(_ name: String, _ texts: [String], shape: [Int]) throws(FlowError) {
    let what = "cannot write the attribute '\(name)' of \(location)"
    let type = try HDF5.textType()
    let typeID = type.id
    let attribute = try createAttribute(name, typeID, shape, what)
    guard !texts.isEmpty else { return }
    let attributeID = attribute.id
    try HDF5.withStringPointers(texts, what) { pointers throws(FlowError) in
      try HDF5.check(what, .file) { H5Awrite(attributeID, typeID, pointers) }
    }
  }

  private func setNumbers<Element: HDF5Element>(
    _ name: String, _ values: [Element], shape: [Int]
  ) throws(FlowError) {
    let what = "cannot write the attribute '\(name)' of \(location)"
    let type = try HDF5.Handle(what, .file) { H5Tcopy(Element.hdf5Type.storedID) }
    let attribute = try createAttribute(name, type.id, shape, what)
    guard !values.isEmpty else { return }
    let attributeID = attribute.id
    try HDF5.check(what, .file) { H5Awrite(attributeID, Element.hdf5Type.memoryID, values) }
  }

  private func createAttribute(
    _ name: String, _ type: Int64, _ shape: [Int], _ what: String
  ) throws(FlowError) -> HDF5.Handle {
    let space = try HDF5.Dataspace(shape: shape)
    let (id, spaceID) = (id, space.handle.id)
    return try HDF5.Handle(what, .file) {
      H5Acreate2(id, name, type, spaceID, chdf5_default(), chdf5_default())
    }
  }
}
