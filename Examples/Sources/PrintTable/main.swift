// Prints a table as text, a row per line, for programs that read no HDF5: PrintTable FILE.h5[:/path] [COLUMN ...]
import FlowKit

let arguments = CommandLine.arguments.dropFirst()
guard let location = arguments.first else { fatalError("usage: PrintTable FILE.h5[:/path] [COLUMN ...]") }
let columns = arguments.count > 1 ? Array(arguments.dropFirst()) : nil
let table = try HDF5Table(DataLocation(location), columns: columns)
print("# " + table.columns.joined(separator: " "))
for start in stride(from: 0, to: table.rows, by: table.blockRows) {
  let values = try table.read(rows: start..<min(table.rows, start + table.blockRows))
  for row in stride(from: 0, to: values.count, by: table.columns.count) {
    print(values[row..<(row + table.columns.count)].map { "\($0)" }.joined(separator: " "))
  }
}
