/// A NumPy array of numbers with one or two axes, as a table.
final class NPYTable: Table {
  let columns: [String]
  let hasNames = false
  let rows: Int
  private let path: String
  private let type: Element
  private let isByColumns: Bool
  private let start: Int
  private let file: OpenFile

  private struct Element {
    let kind: Character
    let size: Int
    let isBigEndian: Bool
  }

  init(_ path: String) throws(FlowError) {
    guard case .file(let size) = FileSystem.entry(at: path) else {
      throw FlowError(.file, "\(path) does not exist or is not a file; check the path and the working folder")
    }
    let bytes = try FileSystem.read(path, atMost: 1 << 16)
    guard bytes.starts(with: NPY.magic), bytes.count >= 12 else {
      throw FlowError(.format, "\(path) is no NumPy array (.npy)")
    }
    let isFirstVersion = bytes[6] == 1
    let lengthBytes = isFirstVersion ? bytes[8..<10] : bytes[8..<12]
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    start = lengthBytes.endIndex + length
    guard start <= bytes.count else { throw FlowError(.format, "\(path) is truncated in its header") }
    let header = String(decoding: bytes[lengthBytes.endIndex..<start], as: UTF8.self)
    guard let type = Self.element(header) else {
      throw FlowError(
        .format, "\(path) holds \(header.text(after: "'descr':", before: ",")?.trimmed ?? "?"), not numbers")
    }
    let shapeText = header.text(after: "'shape':", before: ")")?.split(separator: "(").last ?? ""
    let shape = shapeText.split(separator: ",").map { Int(String($0).trimmed) ?? -1 }.filter { $0 != -1 }
    guard (1...2).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
      throw FlowError(.format, "\(path) has the shape (\(shapeText)); a table has one or two axes, and rows")
    }
    let count = try HDF5.elementCount(shape, DataLocation(file: path))
    guard size - start >= count * type.size else {
      throw FlowError(
        .file,
        "\(path) is truncated: \(size) of \(start + count * type.size) bytes are there; copy or download it again")
    }
    (self.path, self.type) = (path, type)
    isByColumns = header.contains("'fortran_order': True")
    rows = shape[0]
    columns = (0..<(shape.count == 2 ? shape[1] : 1)).map(String.init)
    file = try OpenFile(reading: path)
  }

  private static func element(_ header: String) -> Element? {
    guard let text = header.text(after: "'descr': '", before: "'"), text.count >= 3 else { return nil }
    let (order, kind) = (text.first!, text.dropFirst().first!)
    guard let size = Int(text.dropFirst(2)) else { return nil }
    let sizes: [Character: [Int]] = ["f": [2, 4, 8], "i": [1, 2, 4, 8], "u": [1, 2, 4, 8], "b": [1]]
    guard sizes[kind]?.contains(size) == true else { return nil }
    return Element(kind: kind, size: size, isBigEndian: order == ">")
  }

  func forEachBlock(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    let width = columns.count
    let blockRows = max(1, (1 << 17) / width)
    for first in stride(from: 0, to: rows, by: blockRows) {
      let count = min(blockRows, rows - first)
      guard isByColumns else {
        try body(try values(from: first * width, count: count * width))
        continue
      }
      var block = [Double](repeating: 0, count: count * width)
      for column in 0..<width {
        for (row, value) in try values(from: column * rows + first, count: count).enumerated() {
          block[row * width + column] = value
        }
      }
      try body(block)
    }
  }

  private func values(from first: Int, count: Int) throws(FlowError) -> [Double] {
    let bytes = try file.bytes(from: start + first * type.size, count: count * type.size)
    return (0..<count).map { number(bytes[($0 * type.size)..<(($0 + 1) * type.size)]) }
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Double {
    let bits = (type.isBigEndian ? Array(bytes) : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch (type.kind, type.size) {
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
