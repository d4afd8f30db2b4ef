internal import CHDF5

extension HDF5 {
  /// An open dataset.
  package struct Dataset: ~Copyable, Object {
    let handle: Handle
    package let location: DataLocation
    package let shape: [Int]
    package let type: StoredType
    /// The bytes that one value takes in the file, unpacked.
    let valueBytes: Int
    let storage: Storage
    /// The shape of a chunk; nil where the values lie in one piece.
    package var chunk: [Int]? { storage.chunk }
    var layout: Storage.Layout { storage.layout }
    package var id: Int64 { handle.id }

    /// - Parameter cacheBytes: how much memory decompressed chunks may take; nil leaves the library's megabyte.
    static func open(
      _ path: String, in parent: borrowing Handle, _ location: DataLocation, cacheBytes: Int? = nil
    ) throws(FlowError) -> Dataset {
      let id = parent.id
      let what = "cannot open \(location)"
      let access = try Handle(what) { H5Pcreate(chdf5_dataset_access()) }
      if let cacheBytes {
        let accessID = access.id
        // A prime well above the number of chunks that fit, as the library advises.
        let slots = 12_421
        try HDF5.check(what) { H5Pset_chunk_cache(accessID, slots, cacheBytes, 0.75) }
      }
      let accessID = access.id
      return try describing(try Handle(what) { H5Dopen2(id, path, accessID) }, location)
    }

    /// An open dataset whose type and shape are read here.
    static func describing(_ handle: consuming Handle, _ location: DataLocation) throws(FlowError) -> Dataset {
      let id = handle.id
      let shape = try Dataspace(of: handle, location).shape()
      let stored = try Handle("cannot read the type of \(location)") { H5Dget_type(id) }
      let type = try StoredType(stored, in: location)
      let storage = try Storage(of: id, rank: shape.count, isNumeric: type.isNumeric, location)
      let bytes = try HDF5.size(ofType: stored, "cannot read the type of \(location)")
      return Dataset(
        handle: handle, location: location, shape: shape, type: type, valueBytes: bytes, storage: storage)
    }

    /// Throws where the values are packed with a filter that this library does not have.
    func checkFilters() throws(FlowError) {
      let what = "cannot read the layout of \(location)"
      let id = handle.id
      let creation = try Handle(what) { H5Dget_create_plist(id) }
      let creationID = creation.id
      let count = try HDF5.check(what) { H5Pget_nfilters(creationID) }
      for index in 0..<UInt32(count) {
        var name = [CChar](repeating: 0, count: 64)
        var (flags, configuration, values) = (UInt32(0), UInt32(0), 0)
        let filter = try HDF5.check(what) {
          H5Pget_filter2(
            creationID, index, &flags, &values, nil, name.count - 1, &name, &configuration)
        }
        guard try HDF5.check(what, .format, { H5Zfilter_avail(filter) }) == 0 else { continue }
        let text = HDF5.string(name)
        throw FlowError(
          .format,
          "\(location) is packed with the filter \(text.isEmpty ? "" : "'\(text)' ")(number \(filter)), which "
            + "this HDF5 library lacks; pack it anew with gzip")
      }
    }

    /// All values, in row-major order.
    package func read<Element: HDF5Element>(
      as type: Element.Type = Element.self
    ) throws(FlowError) -> [Element] {
      let count = try HDF5.elementCount(shape, location)
      var values = [Element](repeating: .zero, count: count)
      guard count > 0 else { return [] }
      try checkConversion(to: Element.hdf5Type)
      try checkFilters()
      let id = handle.id
      try HDF5.check("cannot read \(location)") {
        H5Dread(
          id, Element.hdf5Type.memoryID, chdf5_all(), chdf5_all(), chdf5_default(), &values)
      }
      return values
    }

    /// Elements of a dataset: along each axis so many, from a first one on, in steps.
    struct Selection {
      var start, stride, count: [Int]
    }

    /// Reads some elements into a rectangle of `values`, an array of the shape `within`.
    func read(
      _ elements: Selection, into values: inout [Double], within: [Int], at target: [Int], targetCount: [Int]
    ) throws(FlowError) {
      precondition(within.reduce(1, *) == values.count, "the target's shape does not fit its values")
      let stored = try Dataspace(of: handle, location)
      try stored.select(from: elements.start, stride: elements.stride, count: elements.count)
      let memory = try Dataspace(shape: within)
      try memory.select(from: target, count: targetCount)
      let (id, storedID, memoryID) = (handle.id, stored.handle.id, memory.handle.id)
      try HDF5.check(Self.reading(elements, location)) {
        H5Dread(id, chdf5_native_double(), memoryID, storedID, chdf5_default(), &values)
      }
    }

    private static func reading(_ elements: Selection, _ location: DataLocation) -> String {
      guard let first = elements.start.first, let step = elements.stride.first, let count = elements.count.first else {
        return "cannot read \(location)"
      }
      return "cannot read \(location) (rows \(first) to \(first + step * (count - 1)))"
    }

    /// The fields of a dataset of compound values.
    func record() throws(FlowError) -> Record {
      let id = handle.id
      return try Record(Handle("cannot read the type of \(location)") { H5Dget_type(id) }, in: location)
    }

    /// Reads some fields of some of the compound values: their numbers, value by value.
    func read(_ fields: [Record.Field], of elements: Selection) throws(FlowError) -> [Double] {
      let what = Self.reading(elements, location)
      let width = fields.reduce(0) { $0 + ($1.layout?.count ?? 1) }
      var values = [Double](repeating: 0, count: try HDF5.elementCount(elements.count + [width], location))
      let type = try Record.memoryType(of: fields, what)
      let stored = try Dataspace(of: handle, location)
      try stored.select(from: elements.start, stride: elements.stride, count: elements.count)
      let memory = try Dataspace(shape: elements.count)
      let (id, typeID, storedID, memoryID) = (handle.id, type.id, stored.handle.id, memory.handle.id)
      try HDF5.check(what) { H5Dread(id, typeID, memoryID, storedID, chdf5_default(), &values) }
      return values
    }

    /// Writes a rectangle.
    func write(_ values: ArraySlice<Double>, from start: [Int], count: [Int]) throws(FlowError) {
      precondition(count.reduce(1, *) == values.count, "a block's shape does not fit its values")
      let stored = try Dataspace(of: handle, location)
      try stored.select(from: start, count: count)
      let memory = try Dataspace(shape: count)
      let (id, storedID, memoryID) = (handle.id, stored.handle.id, memory.handle.id)
      let what = "cannot write \(location)"
      _ = try values.withUnsafeBufferPointer { values throws(FlowError) in
        try HDF5.check(what, .file) {
          H5Dwrite(id, chdf5_native_double(), memoryID, storedID, chdf5_default(), values.baseAddress)
        }
      }
    }

    /// Gives the dataset up after a failed write to its file.
    consuming func abandon() { handle.abandon() }

    private func checkConversion(to target: NumberType) throws(FlowError) {
      guard type.isNumeric else { throw FlowError(.format, "\(location) holds \(type), not numbers") }
      guard type.isInteger || !target.isInteger else {
        throw FlowError(.format, "\(location) holds \(type), not integers")
      }
    }
  }
}

@available(*, unavailable)
extension HDF5.Dataset: Sendable {}
