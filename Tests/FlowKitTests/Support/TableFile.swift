import FlowKit

/// Writes rows as `events.h5` in a folder, in chunks as flowctl makes them.
func writeTable(
  _ rows: [[Double]], columns: [String], in folder: String, element: TableWriter.Element = .float64
) throws -> DataLocation {
  let path = "\(folder)/events.h5"
  let writer = try TableWriter(to: path)
  try writer.addDataset("events", shape: [rows.count, columns.count], columns: columns, element: element)
  try writer.append(Array(rows.joined()), to: "events")
  try writer.finish()
  return DataLocation(path)
}

/// Rows whose first column is the number of the row; the others are uniform, the last of them above 0.
func numberedRows(_ count: Int, columns: Int) -> [[Double]] {
  let values = uniformNumbers(count * columns, in: 0...2, seed: 11)
  return (0..<count).map { row in
    [Double(row)] + values[(row * columns)..<((row + 1) * columns - 1)]
  }
}
