/// Whether an output will fit where it is to be written.
package enum DiskSpace {
  /// Throws where the file system of `path` has less room than `bytes`, an estimate: before any work, since nothing would
  /// come of it.
  package static func check(_ bytes: Double, for path: String) throws(FlowError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard let free = FileSystem.freeBytes(in: folder), bytes > free else { return }
    throw FlowError(
      .file,
      "cannot write \(path): No space left on device for about \(text(bytes)), \(text(free)) are free; ask for fewer rows, "
        + "or write to another disk")
  }

  /// A number of bytes in words: `1.6 PB`.
  static func text(_ bytes: Double) -> String {
    var (value, unit) = (bytes, 0)
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    while value >= 1_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    let rounded = unit == 0 || value >= 100 ? value.rounded() : (value * 10).rounded() / 10
    return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " " + units[unit]
  }
}
