internal import CHDF5

extension HDF5 {
  /// The fields of a compound type.
  struct Record: Sendable {
    struct Field: Sendable {
      let name: String
      let type: StoredType
      /// Nil where the field holds anything but numbers.
      let layout: NumberLayout?
    }

    let fields: [Field]

    /// - Parameter type: an open compound type.
    init(_ type: borrowing Handle, in location: DataLocation) throws(FlowError) {
      let what = "cannot read the type of \(location)"
      let id = type.id
      var fields: [Field] = []
      for (index, name) in try StoredType.fields(of: type, what).enumerated() {
        let member = try Handle(what) { H5Tget_member_type(id, UInt32(index)) }
        fields.append(
          Field(
            name: name, type: try StoredType(member, in: location),
            layout: try NumberLayout.of(member, in: location, depth: 0)))
      }
      self.fields = fields
    }

    /// The type of a value in memory that holds the numbers of some fields as Double, one after the other.
    static func memoryType(of fields: [Field], _ what: String) throws(FlowError) -> Handle {
      try NumberLayout.record(fields.map { ($0.name, $0.layout ?? .number) }).memoryType(what)
    }
  }

  /// How numbers are arranged in one value: nested compounds and fixed arrays, taken apart.
  ///
  /// A field `mass` is the number `mass`; a field `spin` that is an array of two holds `spin[0]` and `spin[1]`; a field
  /// `z` that is a compound of `r` and `i` holds `z.r` and `z.i`.
  indirect enum NumberLayout: Sendable {
    case number
    case array([Int], of: NumberLayout)
    case record([(name: String, layout: NumberLayout)])

    /// More numbers in one value than any table has, and deeper nesting than programs write.
    private static let (countLimit, depthLimit) = (65_536, 8)

    /// The layout of a type; nil where it is not made of numbers alone.
    static func of(_ type: borrowing Handle, in location: DataLocation, depth: Int) throws(FlowError) -> NumberLayout? {
      guard depth < depthLimit else { return nil }
      let stored = try StoredType(type, in: location)
      if stored.isNumeric { return .number }
      let what = "cannot read the type of \(location)"
      let id = type.id
      if case .compound(let names) = stored {
        var members: [(String, NumberLayout)] = []
        for (index, name) in names.enumerated() {
          let member = try Handle(what) { H5Tget_member_type(id, UInt32(index)) }
          guard let layout = try of(member, in: location, depth: depth + 1) else { return nil }
          members.append((name, layout))
        }
        let layout = NumberLayout.record(members)
        return layout.count <= countLimit ? layout : nil
      }
      guard H5T_class_t(rawValue: try HDF5.check(what) { H5Tget_class(id).rawValue }) == H5T_ARRAY else { return nil }
      let rank = try HDF5.check(what) { H5Tget_array_ndims(id) }
      var sizes = [hsize_t](repeating: 0, count: Int(rank))
      try HDF5.check(what) { H5Tget_array_dims2(id, &sizes) }
      guard try HDF5.elementCount(sizes.map { Int(clamping: $0) }, location) <= countLimit else { return nil }
      let element = try Handle(what) { H5Tget_super(id) }
      guard let layout = try of(element, in: location, depth: depth + 1) else { return nil }
      let array = NumberLayout.array(sizes.map { Int($0) }, of: layout)
      return array.count <= countLimit ? array : nil
    }

    var count: Int {
      switch self {
      case .number: 1
      case .array(let shape, let element): shape.reduce(element.count, *)
      case .record(let members): members.reduce(0) { $0 + $1.layout.count }
      }
    }

    /// The numbers' names, where the whole is called `name`.
    func names(_ name: String) -> [String] {
      switch self {
      case .number: [name]
      case .array(let shape, let element):
        (0..<shape.reduce(1, *)).flatMap { index in
          var (rest, place) = (index, [String]())
          for size in shape.reversed() {
            place.insert("[\(rest % size)]", at: 0)
            rest /= size
          }
          return element.names(name + place.joined())
        }
      case .record(let members): members.flatMap { $0.layout.names("\(name).\($0.name)") }
      }
    }

    /// The same arrangement with numbers that are Double in memory.
    func memoryType(_ what: String) throws(FlowError) -> Handle {
      switch self {
      case .number: return try Handle(what) { H5Tcopy(chdf5_native_double()) }
      case .array(let shape, let element):
        let element = try element.memoryType(what)
        let (id, sizes) = (element.id, shape.map { hsize_t($0) })
        return try Handle(what) { H5Tarray_create2(id, UInt32(sizes.count), sizes) }
      case .record(let members):
        let size = count * MemoryLayout<Double>.size
        let record = try Handle(what) { H5Tcreate(H5T_COMPOUND, size) }
        var offset = 0
        for (name, layout) in members {
          let member = try layout.memoryType(what)
          let (id, memberID, start) = (record.id, member.id, offset)
          try HDF5.check(what) { H5Tinsert(id, name, start, memberID) }
          offset += layout.count * MemoryLayout<Double>.size
        }
        return record
      }
    }
  }
}
