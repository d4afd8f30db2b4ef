internal import CHDF5

extension HDF5.Group {
  /// The error of a path whose last name is a link that leads nowhere, naming where it ought to; nil for anything else.
  func brokenLink(at path: String) throws(FlowError) -> FlowError? {
    let (id, name, location) = (handle.id, Self.relative(path), location.appending(path))
    let what = "cannot look up \(location)"
    guard HDF5.attempt({ H5Oexists_by_name(id, name, chdf5_default()) }) <= 0 else { return nil }
    var (linkKind, size) = (Int32(0), 0)
    guard HDF5.attempt({ chdf5_link(id, name, &linkKind, &size) }) >= 0, linkKind > 0 else { return nil }
    var value = [CChar](repeating: 0, count: size + 1)
    try HDF5.check(what) { H5Lget_val(id, name, &value, value.count, chdf5_default()) }
    guard linkKind == 2 else {
      return FlowError(.format, "\(location) is a link to \(HDF5.string(value)), which is not in this file")
    }
    // Flags, then the file's name and the object's path, each with a zero behind it.
    let parts = value.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    let (file, object) = (HDF5.string(parts.first ?? []), HDF5.string(parts.dropFirst().first ?? []))
    let candidates = HDF5.SourcePath.candidates(file, beside: location.file, prefixes: "HDF5_EXT_PREFIX")
    guard let found = candidates.first(where: { FileSystem.entry(at: $0) != .missing }) else {
      return FlowError(.file, "\(location) is a link to \(file):\(object), but there is no file \(file); put it back")
    }
    let why: String
    do throws(FlowError) {
      _ = try HDF5.File(reading: found)
      why = "\(found) has no \(object)"
    } catch { why = error.message }
    return FlowError(.file, "\(location) is a link to \(file):\(object), which cannot be followed: \(why)")
  }
}
