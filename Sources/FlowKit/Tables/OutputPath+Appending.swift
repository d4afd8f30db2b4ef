extension OutputPath {
  /// Throws if a dataset cannot be added to a file: it is not there, a model, or no HDF5 file, or the path is taken.
  package static func checkAppending(_ location: DataLocation) throws(FlowError) {
    guard let path = location.path else {
      throw FlowError(.file, "give a path for the new dataset in \(location.file), as in \(location.file):/samples")
    }
    guard try !ModelMark.isPresent(at: location.file) else {
      throw FlowError(.file, "\(location.file) is a FlowKit model, to which nothing is added; choose another file")
    }
    let file = try HDF5.File(reading: location.file)
    let root = try file.root()
    // What lies above the new dataset must be groups, as far as it is there.
    var reached = ""
    for name in path.split(separator: "/") {
      let next = reached + "/" + name
      guard try root.contains(next) else { break }
      guard next != path else {
        throw FlowError(.file, "\(location) exists already; choose another path")
      }
      guard try root.kind(at: next) == .group else {
        throw FlowError(.file, "\(location.file):\(next) is a dataset and holds no '\(path)'; choose another path")
      }
      reached = next
    }
    var trial = try TemporaryFile(for: location.file)
    trial.remove()
  }
}
