internal import CHDF5

extension HDF5 {
  /// The text up to the first zero byte; what is not UTF-8 in it is replaced.
  static func string(_ characters: some Sequence<CChar>) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }

  /// The type of variable-length UTF-8 strings.
  static func textType() throws(FlowError) -> Handle {
    let what = "cannot describe text"
    let type = try Handle(what) { H5Tcopy(chdf5_c_string()) }
    let id = type.id
    try HDF5.check(what) { H5Tset_size(id, chdf5_variable_length()) }
    try HDF5.check(what) { H5Tset_cset(id, H5T_CSET_UTF8) }
    return type
  }

  /// Strings of any kind, as `read` fetches them into a buffer of a memory type.
  static func readStrings(
    count: Int, type: borrowing Handle, space: borrowing Dataspace, _ location: DataLocation,
    _ read: (_ memoryType: Int64, _ buffer: UnsafeMutableRawPointer?) -> Int32
  ) throws(FlowError) -> [String] {
    let id = type.id
    let what = "cannot read the text of \(location)"
    guard try HDF5.check(what, .format, { H5Tis_variable_str(id) }) > 0 else {
      return try readFixedStrings(count: count, type: type, what, read)
    }
    // The library refuses to convert between character sets, so the strings are fetched in their own.
    let memory = try Handle(what) { H5Tcopy(id) }
    let (memoryID, spaceID) = (memory.id, space.handle.id)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    try HDF5.check(what) { read(memoryID, &pointers) }
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    try HDF5.check(what) { H5Dvlen_reclaim(memoryID, spaceID, chdf5_default(), &pointers) }
    return strings
  }

  private static func readFixedStrings(
    count: Int, type: borrowing Handle, _ what: String,
    _ read: (_ memoryType: Int64, _ buffer: UnsafeMutableRawPointer?) -> Int32
  ) throws(FlowError) -> [String] {
    let id = type.id
    let size = try HDF5.size(ofType: type, what)
    let padding = try HDF5.check(what) { H5Tget_strpad(id).rawValue }
    let isSpacePadded = H5T_str_t(rawValue: padding) == H5T_STR_SPACEPAD
    var characters = [CChar](repeating: 0, count: count * size)
    try HDF5.check(what) { read(id, &characters) }
    return (0..<count).map { index in
      var text = string(characters[(index * size)..<((index + 1) * size)])
      while isSpacePadded, text.last == " " { text.removeLast() }
      return text
    }
  }

  /// Calls `write` with the strings as the C pointers of `textType()`.
  static func withStringPointers(
    _ strings: [String], _ what: String,
    _ write: (UnsafeMutableRawPointer?) throws(FlowError) -> Void
  ) throws(FlowError) {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
      guard !string.utf8.contains(0) else {
        throw FlowError(.data, "\(what): a text has a zero character, which HDF5 text cannot hold")
      }
      offsets.append(bytes.count)
      bytes += string.utf8.map { CChar(truncatingIfNeeded: $0) } + [0]
    }
    try bytes.withUnsafeMutableBufferPointer { bytes throws(FlowError) in
      let start = bytes.baseAddress
      var pointers = offsets.map { offset in start.map { $0 + offset } }
      try write(&pointers)
    }
  }
}
