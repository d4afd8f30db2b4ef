/// How NumPy stores a number: `<f8`, `>i2`, `|b1`.
struct NPYElement: Sendable {
  let kind: Character
  let size: Int
  let isBigEndian: Bool

  /// - Parameter text: order, kind and size, as `numpy.dtype.str` has them; nil where they are no number's.
  init?(_ text: some StringProtocol) {
    guard text.count >= 3, let size = Int(text.dropFirst(2)) else { return nil }
    let (order, kind) = (text.first!, text.dropFirst().first!)
    let sizes: [Character: [Int]] = ["f": [2, 4, 8], "i": [1, 2, 4, 8], "u": [1, 2, 4, 8], "b": [1]]
    guard sizes[kind]?.contains(size) == true else { return nil }
    (self.kind, self.size, isBigEndian) = (kind, size, order == ">")
  }

  /// The number that some bytes hold.
  func number(_ bytes: ArraySlice<UInt8>) -> Double {
    let bits = (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch (kind, size) {
    case ("f", 8): return Double(bitPattern: bits)
    case ("f", 4): return Double(Float(bitPattern: UInt32(bits)))
    case ("f", _): return Self.half(UInt16(bits))
    case ("i", let size):
      let unused = UInt64(64 - 8 * size)
      return Double(Int64(bitPattern: bits << unused) >> Int64(unused))
    default: return Double(bits)
    }
  }

  /// IEEE half precision: `Float16` is not there on every processor.
  private static func half(_ bits: UInt16) -> Double {
    let sign: Double = bits >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10) & 31, Double(bits & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}

/// What a row of a NumPy array holds: numbers of one type, or the fields of a structured array.
struct NPYRecord {
  struct Field {
    var name: String
    /// Nil where it is no number.
    var element: NPYElement?
    var offset: Int
  }

  var fields: [Field] = []
  /// The bytes of a row.
  var size = 0
  let hasNames: Bool

  /// A row of `count` numbers.
  init(_ element: NPYElement, count: Int) {
    hasNames = false
    fields = (0..<count).map { Field(name: "\($0)", element: element, offset: $0 * element.size) }
    size = count * element.size
  }

  /// The fields of a structured array: `[('x', '<f8'), ('name', '<U4')]`; nil for any other text, nested fields among it.
  init?(fields text: String) {
    hasNames = true
    var rest = text[...].drop { $0 == "[" || $0 == " " }
    while let end = rest.firstIndex(of: ")") {
      let parts = rest[..<end].drop { $0 == "(" }.split(separator: ",").map(\.trimmed)
      guard parts.count == 2, let name = Self.unquoted(parts[0]), let type = Self.unquoted(parts[1]) else { return nil }
      guard type.count >= 3, let count = Int(type.dropFirst(2)), count < 1 << 20 else { return nil }
      // Text of four bytes a character; padding has no name.
      let bytes = type.dropFirst().first == "U" ? 4 * count : count
      if !name.isEmpty { fields.append(Field(name: name, element: NPYElement(type), offset: size)) }
      size += bytes
      rest = rest[rest.index(after: end)...].drop { $0 == "," || $0 == " " }
    }
    guard !fields.isEmpty else { return nil }
  }

  private static func unquoted(_ text: String) -> String? {
    guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else { return nil }
    return String(text.dropFirst().dropLast())
  }
}
