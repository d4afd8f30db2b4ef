/// Masks: booleans beside a dataset or a field, true where its values count for nothing.
///
/// astropy writes a masked column `x` as `x` and `x.mask`, fields of one compound; others write a group that holds `data`
/// or `values` and `mask` (NumPy's masked arrays, AnnData's nullable columns). A mask has the shape of what it masks, and
/// is no column of its own unless it is asked for.
enum TableMask {
  private static let suffix = ".mask"

  /// The name of the mask of `name`.
  static func name(for name: String) -> String { name + suffix }

  /// Whether `name` is the mask of one of `others`, by its name alone.
  static func isMask(_ name: String, among others: Set<String>) -> Bool {
    name.hasSuffix(suffix) && others.contains(String(name.dropLast(suffix.count)))
  }

  /// The path of the mask of a dataset, if it has one: `x.mask` beside `x`, or `mask` beside `data` or `values`.
  static func path(
    for dataset: borrowing HDF5.Dataset, in root: borrowing HDF5.Group
  ) throws(FlowError) -> String? {
    let path = dataset.location.objectPath
    guard let slash = path.lastIndex(of: "/") else { return nil }
    let own = String(path[path.index(after: slash)...])
    let folder = String(path[..<slash])
    let candidates = [folder + "/" + name(for: own)] + (["data", "values"].contains(own) ? [folder + "/mask"] : [])
    for candidate in candidates {
      guard try root.contains(candidate), try root.kind(at: candidate) == .dataset else { continue }
      let mask = try root.dataset(candidate)
      if mask.shape == dataset.shape, mask.type.isBoolean { return candidate }
    }
    return nil
  }

  /// The names among a group's datasets that are masks of others.
  static func names(in group: borrowing HDF5.Group, members: [HDF5.Group.Member]) throws(FlowError) -> Set<String> {
    let datasets = members.filter { $0.kind == .dataset }.map(\.name)
    var masks: Set<String> = []
    for name in datasets where name == "mask" || isMask(name, among: Set(datasets)) {
      let masked = name == "mask" ? ["data", "values"] : [String(name.dropLast(suffix.count))]
      for other in masked where datasets.contains(other) {
        let mask = try group.dataset(name)
        let dataset = try group.dataset(other)
        if mask.shape == dataset.shape, mask.type.isBoolean { masks.insert(name) }
      }
    }
    return masks
  }
}

extension HDF5.StoredType {
  /// h5py's booleans, or bytes.
  var isBoolean: Bool {
    switch self {
    case .enumeration, .integer(bits: 8, signed: _): true
    default: false
    }
  }
}
