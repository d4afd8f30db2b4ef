/// Writes rows of numbers as a new file, in the format that its name asks for: HDF5, text, or NumPy's `.npy`.
///
/// The file takes its place in `finish()`; a writer that fails, or is given up before, leaves nothing behind. Units and attributes are
/// kept by HDF5 alone, names of columns also by text. Of three axes, HDF5 and NumPy keep all, text joins the first two.
package final class RowWriter {
  private enum Sink {
    case hdf5(TableWriter, dataset: String)
    case text(ByteWriter, Character)
    case npy(ByteWriter)
  }

  private let sink: Sink
  private let shape: [Int]
  /// Where the rows are, as messages name it.
  package let location: String
  private var received = 0

  /// - Parameters:
  ///   - dataset: what HDF5 calls the rows.
  ///   - shape: as of `TableWriter.addDataset`; the last axis are the columns.
  ///   - separator: of text; nil takes that of the name.
  ///   - attributes: what to say about the file, in HDF5.
  ///   - own: what to say about the dataset alone.
  /// - Throws: where the name says no format, or the disk has no room for so many rows.
  package init(
    to path: String, dataset: String, shape: [Int], columns: [String]? = nil, units: [String?]? = nil,
    separator: Character? = nil, attributes: [String: MetadataValue] = [:], own: [String: MetadataValue] = [:]
  ) throws(FlowError) {
    self.shape = shape
    let format = try TableFormat(ofName: path)
    try DiskSpace.check(Self.bytes(shape, format), for: path)
    switch format {
    case .hdf5:
      let writer = try TableWriter(to: path, attributes: attributes)
      try writer.addDataset(dataset, shape: shape, columns: columns, units: units, attributes: own)
      (sink, location) = (.hdf5(writer, dataset: dataset), "\(path):/\(dataset)")
    case .csv:
      let (writer, separator) = (try ByteWriter(to: path), separator ?? TableFormat.separator(forName: path))
      if let columns { try writer.append(CSV.header(columns, separator: separator)) }
      (sink, location) = (.text(writer, separator), path)
    case .npy:
      let writer = try ByteWriter(to: path)
      try writer.append(NPY.header(shape: shape))
      (sink, location) = (.npy(writer), path)
    }
  }

  /// About how many bytes values take: of doubles of any kind HDF5's filters leave seven eighths or less, and text has 15 digits
  /// and more for each.
  package static func bytes(_ shape: [Int], _ format: TableFormat) -> Double {
    let values = shape.reduce(1.0) { $0 * Double($1) }
    switch format {
    case .hdf5: return 6 * values
    case .csv: return 15 * values
    case .npy: return 8 * values
    }
  }

  /// Where other datasets can be added to the file; nil where it is none of HDF5's.
  package var tables: TableWriter? { if case .hdf5(let writer, _) = sink { writer } else { nil } }

  /// Appends row-major values of any number of whole rows.
  package func append(_ block: [Double]) throws(FlowError) {
    received += block.count
    switch sink {
    case .hdf5(let writer, let dataset): try writer.append(block, to: dataset)
    case .text(let writer, let separator):
      try writer.append(CSV.lines(block, width: shape.count > 1 ? shape.last! : 1, separator: separator))
    case .npy(let writer):
      // Little-endian, as the header says, on every machine.
      try writer.append(block.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }
  }

  /// Puts the finished file in its place. All rows must have been appended.
  package func finish() throws(FlowError) {
    precondition(received == shape.reduce(1, *), "\(received) values for the shape \(shape) at finish()")
    switch sink {
    case .hdf5(let writer, _): try writer.finish()
    case .text(let writer, _), .npy(let writer): try writer.finish()
    }
  }
}
