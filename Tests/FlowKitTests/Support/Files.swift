import FlowKit
import Glibc

/// A file written by h5py (see Tests/Reference/make_hdf5_files.py).
func reference(_ name: String) -> String {
  let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return "/\(tests)/Reference/hdf5/\(name)"
}

func location(_ name: String, _ path: String? = nil) -> DataLocation {
  DataLocation(file: reference(name), path: path)
}

/// Runs `body` with a new folder, which is removed afterwards with the files in it.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
  var template = Array("\(parent)/flowkit-XXXXXX".utf8CString)
  guard let created = mkdtemp(&template) else {
    throw FlowError(.file, "cannot create a folder in \(parent)")
  }
  let folder = String(cString: created)
  defer {
    for name in files(in: folder) { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
  return try body(folder)
}

/// The names of all files in a folder, hidden ones too.
func files(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// The message of the error that `body` throws; nil if it throws none.
func message(_ body: () throws(FlowError) -> Void) -> String? {
  do throws(FlowError) {
    try body()
    return nil
  } catch {
    return error.message
  }
}

/// The error that `body` throws, with its remedy as the library words it; nil if it throws none.
func complaint(_ body: () throws(FlowError) -> Void) -> String? {
  do throws(FlowError) {
    try body()
    return nil
  } catch {
    return error.description
  }
}
