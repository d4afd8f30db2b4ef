internal import CHDF5

extension HDF5 {
  /// How many ids the library holds, by what they name: what an operation leaves behind shows as a difference.
  package static func openIDs() throws(FlowError) -> [String: Int] {
    let what = "cannot count what is open"
    var counts: [String: Int] = [:]
    let kinds = [
      ("objects", chdf5_all_objects()), ("files", UInt32(H5F_OBJ_FILE)), ("groups", UInt32(H5F_OBJ_GROUP)),
      ("datasets", UInt32(H5F_OBJ_DATASET)), ("attributes", UInt32(H5F_OBJ_ATTR)),
    ]
    for (name, kind) in kinds {
      counts[name] = Int(try check(what) { H5Fget_obj_count(chdf5_all_files(), kind) })
    }
    counts["types"] = idsBefore(try Handle(what) { H5Tcopy(chdf5_native_double()) })
    counts["shapes"] = idsBefore(try Handle(what) { H5Screate(H5S_SCALAR) })
    counts["property lists"] = idsBefore(try Handle(what) { H5Pcreate(chdf5_dataset_access()) })
    return counts
  }

  /// How many ids of one kind are open beside the newest, for those that belong to no file and that no function counts:
  /// ids are numbered in the order in which they are made, below a byte that says the kind. −1 where that is not so.
  private static func idsBefore(_ newest: consuming Handle) -> Int {
    let last = newest.id
    let first = last & ~0x00FF_FFFF_FFFF_FFFF
    return (first...last).count { id in attempt { H5Iis_valid(id) } > 0 } - 1
  }
}
