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
      isTransposed = dataset.shape.count > 1
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
