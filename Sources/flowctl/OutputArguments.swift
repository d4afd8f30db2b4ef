import ArgumentParser
import FlowKit

/// Where a command writes a dataset: into a new file, or into one that exists.
struct OutputArguments: ParsableArguments {
  @Option(name: .shortAndLong, help: "The file to write.")
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
    if let output { try OutputPath.check(output, force: force, inputs: inputs) }
    if let appendTo {
      let location = DataLocation(appendTo)
      try ContainedAccess.shared.checkAppending(location)
      if withContext {
        try ContainedAccess.shared.checkAppending(DataLocation(file: location.file, path: contextPath))
      }
    }
  }

  /// Begins the dataset: `name` in a new file, or the path in the existing one. Nil where nothing is to be written.
  ///
  /// - Parameter mark: by what it is told from data, with what belongs to the dataset alone.
  func begin(
    _ name: String, shape: [Int], columns: [String]?, units: [String?]? = nil, attributes: [String: MetadataValue],
    mark: OutputMark, own: [String: MetadataValue] = [:]
  ) throws(FlowError) -> DatasetOutput? {
    let attributes = attributes.merging(mark.attribute) { $1 }
    let own = own.merging(mark.attribute) { $1 }
    if let output {
      let writer = try TableWriter(to: output, attributes: attributes)
      try writer.addDataset(name, shape: shape, columns: columns, units: units, attributes: own)
      return DatasetOutput(writer: writer, name: name, location: "\(output):/\(name)")
    }
    guard let appendTo else { return nil }
    let location = DataLocation(appendTo)
    let writer = try TableWriter(appendingTo: location.file)
    let path = location.path ?? "/"
    try writer.addDataset(
      path, shape: shape, columns: columns, units: units, attributes: attributes.merging(own) { $1 })
    return DatasetOutput(writer: writer, name: path, location: location.description)
  }
}

/// A dataset that is being written.
struct DatasetOutput {
  let writer: TableWriter
  let name: String
  /// As messages name it.
  let location: String

  func append(_ block: [Double]) throws(FlowError) { try writer.append(block, to: name) }
}
