/// Writes tables of numbers, block by block, to a new HDF5 file: samples, log-densities.
///
///     let writer = try TableWriter(to: "samples.h5", attributes: ["seed": 1])
///     try writer.addDataset("samples", shape: [rows, 2], columns: ["x", "y"])
///     try writer.append(block, to: "samples")  // as often as needed
///     try writer.finish()
///
/// The file is written beside its destination and takes its place in `finish()`. A writer that fails, or is given up
/// before, leaves nothing behind, and a file that was there before as it was.
public final class TableWriter {
  /// How values are stored.
  public enum Element: Sendable {
    case float32
    case float64
  }

  private let path: String
  private var temporary: TemporaryFile
  /// Nil once the file is finished or given up.
  private var file: HDF5.File?
  private var outputs: [String: TableOutput] = [:]

  /// Begins a file.
  ///
  /// - Parameter attributes: what to say about the whole file: where it comes from, with which settings.
  /// - Throws: an error if the folder does not exist or cannot be written to.
  public init(to path: String, attributes: [String: MetadataValue] = [:]) throws(FlowError) {
    self.path = path
    temporary = try TemporaryFile(for: path)
    file = try HDF5.File(creating: temporary.path, name: path)
    try guarded { root throws(FlowError) in try root.setAttributes(attributes) }
  }

  /// Begins to add to an HDF5 file that exists: a copy of it is added to and takes its place in `finish()`, so that it
  /// stays as it is if anything fails. What others write to it meanwhile is lost.
  public init(appendingTo path: String) throws(FlowError) {
    self.path = path
    temporary = try TemporaryFile(for: path)
    try FileSystem.copy(path, to: temporary.path, "cannot write \(path)")
    file = try HDF5.File(updating: temporary.path, name: path)
  }

  /// Adds a dataset to write to.
  ///
  /// - Parameters:
  ///   - shape: `[rows]`, `[rows, columns]` or `[groups, rows, columns]`.
  ///   - columns: names for the last axis, stored in the attribute `columns`.
  ///   - units: units for the last axis, stored in the attribute `units` where there are any.
  ///   - element: how values are stored: `.float32` takes half the space and rounds them to 24 bits.
  public func addDataset(
    _ name: String, shape: [Int], columns: [String]? = nil, units: [String?]? = nil, element: Element = .float64,
    attributes: [String: MetadataValue] = [:]
  ) throws(FlowError) {
    precondition((1...3).contains(shape.count), "a shape of one to three axes, not \(shape)")
    precondition(shape[0] >= 0 && shape.dropFirst().allSatisfy { $0 > 0 }, "a shape of \(shape)")
    precondition(columns.map { $0.count == shape.last } ?? true, "one name per column of \(shape)")
    precondition(units.map { $0.count == shape.last } ?? true, "one unit, or none, per column of \(shape)")
    precondition(outputs[name] == nil, "the dataset '\(name)' is there already")
    try guarded { root throws(FlowError) in
      let output = try TableOutput(name, shape: shape, element: element, in: root)
      outputs[name] = output
      try output.describe(columns: columns, units: units, attributes: attributes)
    }
  }

  /// Appends rows to a dataset: row-major values of any number of whole rows, running over the first axes in order.
  ///
  /// - Throws: an error if the disk is full, say; the file is then gone and the writer of no more use.
  public func append(_ values: [Double], to name: String) throws(FlowError) {
    guard let output = outputs[name] else { preconditionFailure("no dataset '\(name)' has been added") }
    try guarded { _ throws(FlowError) in try output.append(values) }
  }

  /// Puts the finished file in its place. All rows of all datasets must have been appended.
  public func finish() throws(FlowError) {
    for (name, output) in outputs {
      precondition(
        output.isComplete, "'\(name)' has \(output.received) of \(output.total) rows of values at finish()")
    }
    try guarded { _ throws(FlowError) in
      for output in outputs.values { try output.writePending() }
    }
    outputs = [:]
    try file.take()?.close()
    try temporary.commit()
  }

  /// Works on the file and hands what was written to the operating system, so that a full disk shows here.
  private func guarded(
    _ body: (borrowing HDF5.Group) throws(FlowError) -> Void
  ) throws(FlowError) {
    guard let file = file.take() else {
      throw FlowError(.file, "\(path) was finished or given up already; begin a new file")
    }
    do throws(FlowError) {
      let root = try file.root()
      try body(root)
      try file.flush()
    } catch {
      // Closing would write again, from a library state that nothing is promised about: the ids are left open.
      for output in outputs.values { output.abandon() }
      file.abandon()
      temporary.remove()
      var error = error
      error.message += "; nothing was written to \(path)"
      throw error
    }
    self.file = consume file
  }
}

@available(*, unavailable)
extension TableWriter: Sendable {}
