/// The tables of a location: training rows and, where the file separates them, validation and test rows.
///
/// If the file or group that the location names holds `train` (a dataset, or a group of columns), that, `valid` and
/// `test` are the parts. Otherwise `train` is the location itself.
public struct DataParts: Sendable, Equatable, Codable {
  /// The training rows, or the location itself.
  public let train: DataLocation
  public let valid: DataLocation?
  public let test: DataLocation?
  /// Whether the file separates `train` from other parts.
  public let hasParts: Bool

  /// - Throws: an error if there is nothing at the location, or a model.
  public init(_ location: DataLocation) throws(FlowError) {
    guard try !ModelMark.isPresent(at: location.file) else { throw Self.isModel(location) }
    let file = try HDF5.File(reading: location.file)
    let root = try file.root()
    guard try !ModelMark.isPresent(in: root) else { throw Self.isModel(location) }
    let base = location.objectPath
    func part(_ names: [String]) throws(FlowError) -> DataLocation? {
      for name in names where try root.contains(base + "/" + name) { return location.at(base + "/" + name) }
      return nil
    }
    guard try root.kind(at: base) == .group, let train = try part(["train"]) else {
      train = location
      (valid, test, hasParts) = (nil, nil, false)
      return
    }
    self.train = train
    valid = try part(["valid", "validation", "val"])
    test = try part(["test"])
    hasParts = true
  }

  /// One table, of a file that holds no more.
  package init(only table: DataLocation) {
    train = table
    (valid, test, hasParts) = (nil, nil, false)
  }

  private static func isModel(_ location: DataLocation) -> FlowError {
    FlowError(.format, "\(location.file) is a FlowKit model where data are expected; give an HDF5 file of events")
  }
}
