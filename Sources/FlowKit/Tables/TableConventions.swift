/// What programs say about a dataset in its attributes: MATLAB, netCDF, PyTables, pandas and R each have their own way.
struct TableConventions {
  /// MATLAB stores by columns: what it calls rows x columns stands in the file as columns x rows.
  var isTransposed = false
  /// Numbers that stand for characters, or that netCDF writes for a dimension that has no values.
  var isNoData: String?
  /// A label of the rows, such as a netCDF coordinate: no column unless it is asked for.
  var isLabel = false
  /// Stored values that mean "missing".
  var missing: [Double] = []
  /// Values beyond these are missing.
  var valid = -Double.infinity...Double.infinity
  /// Whether `valid` is meant of values after `scale` and `offset`.
  var validIsOfMeaning = false
  /// The stored values are (value - offset) / scale.
  var scale = 1.0
  var offset = 0.0
  /// Added to negative stored values: 2ᵏ where netCDF's `_Unsigned` says that k bits are meant without a sign.
  var wrap = 0.0

  /// Those of datasets that have no such attributes.
  init() {}

  /// Whether values mean what is stored.
  var isPlain: Bool {
    missing.isEmpty && scale == 1 && offset == 0 && wrap == 0 && valid == -Double.infinity...Double.infinity
  }

  /// What a stored value means; NaN where it is missing.
  func meaning(of value: Double) -> Double {
    guard !missing.contains(value), validIsOfMeaning || !isBeyond(value) else { return .nan }
    let meaning = (value < 0 ? value + wrap : value) * scale + offset
    return validIsOfMeaning && isBeyond(meaning) ? .nan : meaning
  }

  /// Which values are missing, for messages.
  var missingReasons: [String] {
    var reasons: [String] = []
    if let value = missing.first { reasons.append("\(value) is a fill value") }
    if valid != -Double.infinity...Double.infinity {
      reasons.append("outside its valid range \(valid.lowerBound) to \(valid.upperBound)")
    }
    return reasons
  }

  /// The same where no value is taken for missing.
  func withoutMissing() -> TableConventions {
    var conventions = self
    (conventions.missing, conventions.valid) = ([], -Double.infinity...Double.infinity)
    return conventions
  }

  private func isBeyond(_ value: Double) -> Bool { value < valid.lowerBound || value > valid.upperBound }
}

// MARK: - Attributes

extension TableConventions {
  /// The names under which files say which values are missing: netCDF's and CF's, HDF-EOS's, GPM's (in text), others.
  private static let missingNames = [
    "_FillValue", "missing_value", "MissingValue", "FillValue", "fill_value", "CodeMissingValue",
  ]

  /// Reads the attributes of a dataset of numbers, and its fill value.
  init(of dataset: borrowing HDF5.Dataset) throws(FlowError) {
    let names = Set(try dataset.attributeNames())
    if let kind = try dataset.text("MATLAB_class", names) {
      isTransposed = dataset.shape.count > 1
      if kind == "char" { isNoData = "characters" }
      if names.contains("MATLAB_empty") { isNoData = "an empty MATLAB array" }
    }
    if try dataset.text("CLASS", names) == "DIMENSION_SCALE" {
      isLabel = true
      if try dataset.text("NAME", names)?.hasPrefix("This is a netCDF dimension but not a netCDF variable") == true {
        isNoData = "a netCDF dimension without values"
      }
    }
    for name in Self.missingNames where names.contains(name) { missing += try dataset.numbers(name) }
    missing += Self.impliedMissing(dataset, names)
    // pandas stores times as whole numbers, of which the least is NaT.
    if let kind = try dataset.text("value_type", names), kind.hasPrefix("datetime64") || kind.hasPrefix("timedelta64") {
      missing.append(Double(Int64.min))
    }
    // An attribute of more digits than the dataset's Float has.
    if dataset.type == .float(bits: 32) { missing += missing.map { Double(Float($0)) } }
    if names.contains("scale_factor") { scale = try dataset.numbers("scale_factor").first ?? 1 }
    if names.contains("add_offset") { offset = try dataset.numbers("add_offset").first ?? 0 }
    if try dataset.text("_Unsigned", names) == "true", case .integer(let bits, true) = dataset.type {
      wrap = Double(sign: .plus, exponent: bits, significand: 1)
      missing += missing.filter { $0 >= wrap / 2 }.map { $0 - wrap }
    }
    try readValidRange(dataset, names)
  }

  /// Fill values that no attribute names.
  ///
  /// One that whoever made the dataset has set, netCDF's defaults among them, means that nothing was written; but 0 is
  /// the library's own and PyTables's, and among the few values of a byte or a boolean any may be meant. R's integers and
  /// logicals have their smallest value for NA, and rhdf5 says so.
  private static func impliedMissing(_ dataset: borrowing HDF5.Dataset, _ names: Set<String>) -> [Double] {
    var missing: [Double] = []
    if let fill = dataset.storage.fill, canBeFill(fill, dataset.type) { missing.append(fill) }
    if names.contains("rhdf5-NA.OK"), case .integer(let bits, true) = dataset.type {
      missing.append(-Double(sign: .plus, exponent: bits - 1, significand: 1))
    }
    return missing
  }

  /// Whether a fill value of numbers of a type means that nothing was written.
  static func canBeFill(_ fill: Double, _ type: HDF5.StoredType) -> Bool {
    fill != 0 && fill.isFinite && !type.isBoolean
  }

  /// `valid_range`, or `valid_min` and `valid_max`: of stored values, or where these are packed and the range is given
  /// as floating-point numbers, of what they mean (netCDF User's Guide, Attribute Conventions).
  private mutating func readValidRange(
    _ dataset: borrowing HDF5.Dataset, _ names: Set<String>
  ) throws(FlowError) {
    var (lower, upper) = (-Double.infinity, Double.infinity)
    var given: String?
    if names.contains("valid_range"), case let range = try dataset.numbers("valid_range"), range.count == 2 {
      (lower, upper, given) = (range[0], range[1], "valid_range")
    }
    if names.contains("valid_min"), let value = try dataset.numbers("valid_min").first {
      (lower, given) = (value, "valid_min")
    }
    if names.contains("valid_max"), let value = try dataset.numbers("valid_max").first {
      (upper, given) = (value, "valid_max")
    }
    // A range that wraps around in a signed type, or is empty, says nothing.
    guard let given, lower < upper else { return }
    valid = lower...upper
    guard scale != 1 || offset != 0, dataset.type.isInteger else { return }
    validIsOfMeaning = try !dataset.holdsIntegers(attribute: given)
  }
}

extension HDF5.Dataset {
  /// The text of an attribute, if it is among `names`, those of all, and is one.
  fileprivate func text(_ name: String, _ names: Set<String>) throws(FlowError) -> String? {
    names.contains(name) ? try attribute(name)?.text : nil
  }

  /// The numbers of an attribute that is there, also where it is text that holds one.
  fileprivate func numbers(_ name: String) throws(FlowError) -> [Double] {
    let numbers = try attributeNumbers(name)
    guard numbers.isEmpty, case .text(let text)? = try attribute(name), let number = Double(text.trimmed) else {
      return numbers
    }
    return [number]
  }

  fileprivate func holdsIntegers(attribute name: String) throws(FlowError) -> Bool {
    switch try attribute(name) {
    case .integer, .integers: true
    default: false
    }
  }
}
