/// What programs say about a dataset in its attributes: MATLAB, netCDF, PyTables and pandas each have their own way.
struct TableConventions {
  /// MATLAB stores by columns: what it calls rows x columns stands in the file as columns x rows.
  var isTransposed = false
  /// Numbers that stand for characters, or that netCDF writes for a dimension that has no values.
  var isNoData: String?
  /// A label of the rows, such as a netCDF coordinate: no column unless it is asked for.
  var isLabel = false
  /// Values that mean "missing".
  var missing: [Double] = []
  /// The stored values are (value - offset) / scale.
  var scale = 1.0
  var offset = 0.0

  /// Reads the attributes of a dataset of numbers.
  init(of dataset: borrowing HDF5.Dataset) throws(FlowError) {
    let names = Set(try dataset.attributeNames())
    if names.contains("MATLAB_class") {
      isTransposed = dataset.shape.count == 2
      let kind = try dataset.attribute("MATLAB_class")?.text
      if kind == "char" { isNoData = "characters" }
      if names.contains("MATLAB_empty") { isNoData = "an empty MATLAB array" }
    }
    if names.contains("CLASS"), try dataset.attribute("CLASS")?.text == "DIMENSION_SCALE" {
      isLabel = true
      let name = names.contains("NAME") ? try dataset.attribute("NAME")?.text : nil
      if name?.hasPrefix("This is a netCDF dimension but not a netCDF variable") == true {
        isNoData = "a netCDF dimension without values"
      }
    }
    for name in ["_FillValue", "missing_value"] where names.contains(name) {
      missing += try dataset.attributeNumbers(name)
    }
    if names.contains("scale_factor") { scale = try dataset.attributeNumbers("scale_factor").first ?? 1 }
    if names.contains("add_offset") { offset = try dataset.attributeNumbers("add_offset").first ?? 0 }
  }

  /// Those of datasets that have no such attributes.
  init() {}

  /// Whether values mean what is stored.
  var isPlain: Bool { missing.isEmpty && scale == 1 && offset == 0 }

  /// What a stored value means; NaN where it is missing.
  func meaning(of value: Double) -> Double { missing.contains(value) ? .nan : value * scale + offset }
}

/// How pandas arranges a table (`format="table"`): columns of one type stand together in a block, whose attribute
/// `<block>_kind` holds their names, pickled.
struct PandasTable {
  /// The names of the columns of a block; nil where it holds no such list.
  static func columns(ofBlock block: String, in table: borrowing HDF5.Dataset) throws(FlowError) -> [String]? {
    let name = "\(block)_kind"
    guard try table.attributeNames().contains(name), let text = try table.attribute(name)?.text else { return nil }
    return unpickled(text)
  }

  static func isTable(_ group: borrowing HDF5.Group) throws(FlowError) -> Bool {
    guard try group.attributeNames().contains("pandas_type") else { return false }
    return try group.attribute("pandas_type")?.text == "frame_table"
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
