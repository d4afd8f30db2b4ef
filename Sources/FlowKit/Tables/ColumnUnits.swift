/// The units of a table's columns, where its file gives them: texts that are kept and written, and never computed with.
///
/// They stand in the attribute `units` or `unit`: of a column's own dataset one text; of a 2-D dataset or one of compound
/// values an array of texts, or one text with commas, one for each column, else one text without commas for all; or
/// an array as long on the nearest group around it. An empty text says nothing. Attributes that do not fit are left
/// aside, because data can be read without them.
enum ColumnUnits {
  private static let attributes = ["units", "unit"]

  static func units(
    of dataset: borrowing HDF5.Dataset, count: Int, root: borrowing HDF5.Group
  ) throws(FlowError) -> [String?] {
    let own = try texts(on: dataset, count)
    if own.count == count { return own.map(meaning) }
    if own.count == 1 { return Array(repeating: meaning(own[0]), count: count) }
    var parents = dataset.location.objectPath.split(separator: "/").dropLast()
    while own.isEmpty {
      let around = try texts(on: try root.group(parents.joined(separator: "/")), count)
      if around.count == count { return around.map(meaning) }
      guard parents.popLast() != nil else { break }
    }
    return Array(repeating: nil, count: count)
  }

  /// As an attribute: an array of texts, empty where there is no unit; nil where no column has one.
  static func attribute(_ units: [String?]) -> MetadataValue? {
    units.contains { $0 != nil } ? .texts(units.map { $0 ?? "" }) : nil
  }

  /// Reads such an attribute.
  static func units(from value: MetadataValue?, count: Int) -> [String?] {
    guard case .texts(let texts)? = value, texts.count == count else { return Array(repeating: nil, count: count) }
    return texts.map(meaning)
  }

  private static func meaning(_ text: String) -> String? { text.isEmpty ? nil : text }

  private static func texts<Object: HDF5.Object & ~Copyable>(
    on object: borrowing Object, _ count: Int
  ) throws(FlowError) -> [String] {
    let present = try object.attributeNames()
    for name in attributes where present.contains(name) {
      let value: MetadataValue?
      // What is neither text nor numbers cannot be read, and is no unit.
      do throws(FlowError) { value = try object.attribute(name) } catch { continue }
      switch value {
      case .text(let text): return count == 1 ? [text.trimmed] : ColumnNames.separated(text)
      case .texts(let texts): return texts.map(\.trimmed)
      default: continue
      }
    }
    return []
  }
}

extension [String] {
  /// These names of columns, with units in brackets where there are any: `x [m]`.
  package func withUnits(_ units: [String?]) -> [String] {
    zip(self, units).map { name, unit in unit.map { "\(name) [\($0)]" } ?? name }
  }
}
