import ArgumentParser
import FlowKit

/// Where a command writes a dataset: into a new file, or into one that exists.
struct OutputArguments: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "The file to write; its name says the format: .h5 (HDF5), .csv, .tsv or .npy.")
  var output: String?

  @Option(
    help: "Write into an existing HDF5 file instead, as file.h5:/path/in/file; the path must be new there.")
  var appendTo: String?

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  /// The file, if there is one.
  var file: String? { output ?? appendTo.map { DataLocation($0).file } }

  /// Where the rows of context of samples go: beside them.
  var contextPath: String {
    guard let path = appendTo.map({ DataLocation($0) })?.path else { return "context" }
    return path + "_context"
  }

  /// Throws before any work if the output cannot be written.
  ///
  /// - Parameter withContext: whether rows of context are written too.
  func check(inputs: [String], withContext: Bool = false) throws(FlowError) {
    guard output == nil || appendTo == nil else {
      throw FlowError(.file, "-o and --append-to both say where to write; give one of them")
    }
    if let output {
      try OutputPath.check(output, force: force, inputs: inputs)
      _ = try TableFormat(ofName: output)
    }
    if let appendTo {
      let location = DataLocation(appendTo)
      try ContainedAccess.shared.checkAppending(location)
      if withContext {
        try ContainedAccess.shared.checkAppending(DataLocation(file: location.file, path: contextPath))
      }
    }
  }

  /// Whether a text file is to be written, which has no place for three axes.
  var isText: Bool { get throws(FlowError) { try format == .csv } }

  /// Whether a file is written or added to that has a place for rows of context.
  var isHDF5: Bool { get throws(FlowError) { try format == .hdf5 } }

  private var format: TableFormat {
    get throws(FlowError) {
      try output.map { name throws(FlowError) in try TableFormat(ofName: name) } ?? .hdf5
    }
  }

  /// Begins the rows: as the dataset `name` in a new file, or at the path in the existing one. Nil where nothing is to be
  /// written, or by another process.
  ///
  /// - Parameters:
  ///   - mark: by what it is told from data.
  ///   - own: what belongs to the dataset alone, in HDF5.
  /// - Throws: where the disk has no room for them.
  func begin(
    _ name: String, shape: [Int], columns: [String]?, units: [String?]? = nil, attributes: [String: MetadataValue],
    mark: OutputMark, own: [String: MetadataValue] = [:]
  ) throws(FlowError) -> DatasetOutput? {
    guard JobProcess.isFirst else { return nil }
    let attributes = attributes.merging(mark.attribute) { $1 }
    let own = own.merging(mark.attribute) { $1 }
    if let output {
      // A single column of text has a name, too.
      let names = try isText ? columns ?? [name] : columns
      return .file(
        try RowWriter(
          to: output, dataset: name, shape: shape, columns: names, units: units, attributes: attributes, own: own))
    }
    guard let appendTo else { return nil }
    let location = DataLocation(appendTo)
    try DiskSpace.check(RowWriter.bytes(shape, .hdf5), for: location.file)
    let writer = try TableWriter(appendingTo: location.file)
    let path = location.path ?? "/"
    try writer.addDataset(
      path, shape: shape, columns: columns, units: units, attributes: attributes.merging(own) { $1 })
    return .dataset(writer, path, location)
  }
}

/// Rows that are being written.
enum DatasetOutput {
  case file(RowWriter)
  /// Added to a file that exists.
  case dataset(TableWriter, String, DataLocation)

  /// As messages name it.
  var location: String {
    switch self {
    case .file(let writer): writer.location
    case .dataset(_, _, let location): location.description
    }
  }

  /// Where other datasets can be added; nil in text and NumPy's arrays.
  var tables: TableWriter? {
    switch self {
    case .file(let writer): writer.tables
    case .dataset(let writer, _, _): writer
    }
  }

  func append(_ block: [Double]) throws(FlowError) {
    switch self {
    case .file(let writer): try writer.append(block)
    case .dataset(let writer, let name, _): try writer.append(block, to: name)
    }
  }

  func finish() throws(FlowError) {
    switch self {
    case .file(let writer): try writer.finish()
    case .dataset(let writer, _, _): try writer.finish()
    }
  }
}
