internal import CHDF5

/// A number that can be read from and written to a dataset as it lies in memory.
package protocol HDF5Element: BitwiseCopyable, Sendable, Numeric {
  static var hdf5Type: HDF5.NumberType { get }
}

extension Float: HDF5Element { package static var hdf5Type: HDF5.NumberType { .float32 } }
extension Double: HDF5Element { package static var hdf5Type: HDF5.NumberType { .float64 } }
extension Int: HDF5Element { package static var hdf5Type: HDF5.NumberType { .int64 } }
extension Int32: HDF5Element { package static var hdf5Type: HDF5.NumberType { .int32 } }
extension UInt8: HDF5Element { package static var hdf5Type: HDF5.NumberType { .uint8 } }
extension UInt64: HDF5Element { package static var hdf5Type: HDF5.NumberType { .uint64 } }

extension HDF5 {
  /// The number types that are written.
  package enum NumberType: String, Sendable {
    case float32, float64, int32, int64, uint8, uint64

    var isInteger: Bool { self != .float32 && self != .float64 }

    var bytes: Int {
      switch self {
      case .uint8: 1
      case .float32, .int32: 4
      case .float64, .int64, .uint64: 8
      }
    }

    /// How it lies in memory; only inside a call.
    var memoryID: hid_t {
      switch self {
      case .float32: chdf5_native_float()
      case .float64: chdf5_native_double()
      case .int32: chdf5_native_int32()
      case .int64: chdf5_native_int64()
      case .uint8: chdf5_native_uint8()
      case .uint64: chdf5_native_uint64()
      }
    }

    /// How it is stored, little-endian on every machine; only inside a call.
    var storedID: hid_t {
      switch self {
      case .float32: chdf5_stored_float()
      case .float64: chdf5_stored_double()
      case .int32: chdf5_stored_int32()
      case .int64: chdf5_stored_int64()
      case .uint8: chdf5_stored_uint8()
      case .uint64: chdf5_stored_uint64()
      }
    }
  }

  /// What a dataset or attribute in a file is made of.
  package enum StoredType: Sendable, Equatable, CustomStringConvertible {
    case float(bits: Int)
    case integer(bits: Int, signed: Bool)
    /// Named integers, h5py's booleans among them: read as numbers.
    case enumeration
    case text
    case compound(fields: [String])
    case other(String)

    package var isNumeric: Bool { isInteger || isFloat }

    package var isInteger: Bool {
      switch self {
      case .integer, .enumeration: true
      default: false
      }
    }

    package var isFloat: Bool {
      if case .float = self { true } else { false }
    }

    package var description: String {
      switch self {
      case .float(let bits): "float\(bits)"
      case .integer(let bits, let signed): signed ? "int\(bits)" : "uint\(bits)"
      case .enumeration: "enumeration"
      case .text: "text"
      case .compound(let fields): "compound (\(fields.joined(separator: ", ")))"
      case .other(let name): name
      }
    }

    init(_ type: borrowing Handle, in location: DataLocation) throws(FlowError) {
      let id = type.id
      let what = "cannot read the type of \(location)"
      let bits = 8 * (try HDF5.size(ofType: type, what))
      switch H5T_class_t(rawValue: try HDF5.check(what) { H5Tget_class(id).rawValue }) {
      case H5T_FLOAT: self = .float(bits: bits)
      case H5T_INTEGER:
        let sign = try HDF5.check(what) { H5Tget_sign(id).rawValue }
        self = .integer(bits: bits, signed: H5T_sign_t(rawValue: sign) == H5T_SGN_2)
      case H5T_ENUM: self = .enumeration
      case H5T_STRING: self = .text
      case H5T_COMPOUND: self = .compound(fields: try Self.fields(of: type, what))
      case H5T_VLEN: self = .other("rows of varying length")
      case H5T_REFERENCE: self = .other("references")
      case H5T_BITFIELD: self = .other("bit fields")
      case H5T_ARRAY:
        let element = try StoredType(try Handle(what) { H5Tget_super(id) }, in: location)
        self = .other("arrays of \(element)")
      default: self = .other("opaque bytes")
      }
    }

    static func fields(of type: borrowing Handle, _ what: String) throws(FlowError) -> [String] {
      let id = type.id
      let count = try HDF5.check(what) { H5Tget_nmembers(id) }
      var names: [String] = []
      for index in 0..<UInt32(count) {
        var name: String?
        try HDF5.check(what) {
          guard let text = H5Tget_member_name(id, index) else { return Int32(-1) }
          name = String(cString: text)
          return H5free_memory(text)
        }
        names.append(name ?? "?")
      }
      return names
    }
  }
  /// The bytes that one value of a type takes.
  static func size(ofType type: borrowing Handle, _ what: String) throws(FlowError) -> Int {
    let id = type.id
    return try check(what) {
      // Unlike the other calls, this one fails with a zero.
      let size = H5Tget_size(id)
      return size > 0 ? Int(size) : -1
    }
  }
}
