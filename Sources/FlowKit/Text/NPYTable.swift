/// A NumPy array of numbers with one or two axes, or a structured one with one, as a table.
final class NPYTable: RandomAccessTable {
  let location: DataLocation
  let columns: [String]
  let allColumns: [String]
  let columnIndices: [Int]
  let columnCounts: [Int]
  let hasNames: Bool
  let rows: Int
  let blockRows: Int
  let notes: [String]
  private let record: NPYRecord
  private let isByColumns: Bool
  private let start: Int
  private let file: OpenFile

  /// - Parameter parts: the columns to read, as ``HDF5Table`` takes them; what is not named are all that are numbers.
  init(_ path: String, parts: [[String]?] = [nil]) throws(FlowError) {
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
    let shapeText = header.text(after: "'shape':", before: ")")?.split(separator: "(").last ?? ""
    let shape = shapeText.split(separator: ",").map { Int(String($0).trimmed) ?? -1 }.filter { $0 != -1 }
    guard (1...2).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
      throw FlowError(
        .format,
        "\(path) has the shape (\(shapeText)); a table has one or two axes, and rows; give it another with reshape")
    }
    record = try Self.record(header, columns: shape.count == 2 ? shape[1] : 1, path)
    guard !record.hasNames || shape.count == 1 else {
      throw FlowError(
        .format, "\(path) is a structured array of the shape (\(shapeText)); a table of them has one axis")
    }
    let (needed, isTooLarge) = shape[0].multipliedReportingOverflow(by: record.size)
    guard !isTooLarge, size - start >= needed else {
      throw FlowError(
        .file, "\(path) is truncated: \(size) of \(start &+ needed) bytes are there; copy or download it again")
    }
    isByColumns = header.contains("'fortran_order': True")
    (rows, location, hasNames) = (shape[0], DataLocation(file: path), record.hasNames)
    let names = ColumnNames(record.fields.map(\.name), areGiven: record.hasNames)
    let fields = record.fields
    let others = Set(fields.indices.filter { fields[$0].element == nil })
    let chosen = try names.indices(of: parts, labels: others, in: location)
    let indices = chosen.flatMap { $0 }
    columnCounts = chosen.map(\.count)
    if let text = indices.first(where: others.contains) {
      throw FlowError(
        .format, "the field '\(fields[text].name)' of \(path) holds no numbers; choose columns of numbers")
    }
    (allColumns, columnIndices, columns) = (names.names, indices, indices.map { names.names[$0] })
    let left = others.sorted().map { "'\(fields[$0].name)'" }
    notes =
      !parts.takesUnnamed || left.isEmpty
      ? [] : ["\(path): left out \(HDF5.list(left)), which hold\(left.count == 1 ? "s" : "") no numbers"]
    blockRows = max(1, (4 << 20) / (8 * columns.count))
    file = try OpenFile(reading: path)
  }

  private static func record(_ header: String, columns: Int, _ path: String) throws(FlowError) -> NPYRecord {
    if let text = header.text(after: "'descr': '", before: "'"), let element = NPYElement(text) {
      return NPYRecord(element, count: columns)
    }
    if let text = header.text(after: "'descr': [", before: "]"), let record = NPYRecord(fields: text) { return record }
    throw FlowError(
      .format, "\(path) holds \(header.text(after: "'descr':", before: ",")?.trimmed ?? "?"), not numbers")
  }

  func read(rows range: Range<Int>, into block: inout [Double]) throws(FlowError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a table with \(rows) rows")
    let width = columns.count
    block = [Double](repeating: 0, count: range.count * width)
    guard !isByColumns else { return try readByColumns(range, into: &block) }
    let bytes = try file.bytes(from: start + range.lowerBound * record.size, count: range.count * record.size)
    for (place, column) in columnIndices.enumerated() {
      let field = record.fields[column]
      guard let element = field.element else { continue }
      for row in 0..<range.count {
        let first = row * record.size + field.offset
        block[row * width + place] = element.number(bytes[first..<(first + element.size)])
      }
    }
  }

  private func readByColumns(_ range: Range<Int>, into block: inout [Double]) throws(FlowError) {
    for (place, column) in columnIndices.enumerated() {
      guard let element = record.fields[column].element else { continue }
      let first = start + (column * rows + range.lowerBound) * element.size
      let bytes = try file.bytes(from: first, count: range.count * element.size)
      for row in 0..<range.count {
        block[row * columns.count + place] = element.number(bytes[(row * element.size)..<((row + 1) * element.size)])
      }
    }
  }
}
