/// How pandas arranges a table (`format="table"`): columns of one type stand together in a block, whose attribute
/// `<block>_kind` holds their names, pickled.
enum PandasTable {
  /// The names of the columns of a block; nil where it holds no such list.
  static func columns(ofBlock block: String, in table: borrowing HDF5.Dataset) throws(FlowError) -> [String]? {
    let name = "\(block)_kind"
    guard try table.attributeNames().contains(name), let text = try table.attribute(name)?.text else { return nil }
    return unpickled(text)
  }

  /// The fields of a table that are levels of its index: they only label the rows.
  static func indexLevels(
    of table: borrowing HDF5.Dataset, in root: borrowing HDF5.Group
  ) throws(FlowError) -> Set<String> {
    guard try table.attributeNames().contains("index_kind") else { return [] }
    let parent = try root.group(table.location.objectPath.split(separator: "/").dropLast().joined(separator: "/"))
    guard try parent.attributeNames().contains("levels"), let text = try parent.attribute("levels")?.text else {
      return ["index"]
    }
    return Set(["index"] + (unpickled(text) ?? []))
  }

  /// A list of texts and integers in protocol 0 of Python's pickle: `(lp0`, then `Vname`, `pN` or `I7`, each on a line,
  /// after an `a` from the second on.
  static func unpickled(_ text: String) -> [String]? {
    var names: [String] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, lines[0].hasPrefix("(lp") else { return nil }
    for var line in lines.dropFirst() {
      if line.first == "a", line != "a." { line = line.dropFirst() }
      switch line.first {
      case "V", "I": names.append(String(line.dropFirst()))
      case "p": continue
      default:
        if line == "a." || line == "." { return names }
        return nil
      }
    }
    return nil
  }
}
