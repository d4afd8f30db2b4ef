/// The names of a table's columns.
struct ColumnNames {
  var names: [String]
  /// Whether the file gives names; otherwise they are the indices.
  var areGiven: Bool

  private static let attributes = ["columns", "column_names", "names"]
  /// A damaged file may claim any number.
  static let limit = 1 << 20

  init(given names: [String]) { self.init(names, areGiven: true) }

  init(_ names: [String], areGiven: Bool) { (self.names, self.areGiven) = (names, areGiven) }

  /// Names that are indices.
  init(count: Int) {
    names = (0..<count).map(String.init)
    areGiven = false
  }

  /// The names on a dataset itself or, where they fit its columns, on the nearest group around it.
  init(of dataset: borrowing HDF5.Dataset, count: Int, root: borrowing HDF5.Group) throws(FlowError) {
    guard count <= Self.limit else {
      throw FlowError(.format, "\(dataset.location) has \(count) columns; at most \(Self.limit) are supported")
    }
    self.init(count: count)
    if let names = try Self.names(on: dataset) {
      guard names.count == count else {
        throw FlowError(
          .format,
          "\(dataset.location) has \(count) columns, but its attribute names \(names.count): \(HDF5.list(names))"
        )
      }
      self.init(given: names)
      return
    }
    var parents = dataset.location.objectPath.split(separator: "/").dropLast()
    while true {
      let group = try root.group(parents.joined(separator: "/"))
      if let names = try Self.names(on: group), names.count == count {
        self.init(given: names)
        return
      }
      guard parents.popLast() != nil else { return }
    }
  }

  /// The names in the first attribute that holds names: one text with commas, or several texts.
  private static func names<Object: HDF5.Object & ~Copyable>(
    on object: borrowing Object
  ) throws(FlowError) -> [String]? {
    let present = try object.attributeNames()
    for name in attributes where present.contains(name) {
      let names: [String]
      switch try object.attribute(name) {
      case .text(let text): names = separated(text)
      case .texts(let texts): names = texts.map(\.trimmed)
      default: continue
      }
      // One without texts, or with nothing but empty ones, names nothing.
      if names.contains(where: { !$0.isEmpty }) { return names }
    }
    return nil
  }

  /// What stands between commas.
  static func separated(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
  }
}
