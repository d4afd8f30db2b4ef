internal import CHDF5

extension HDF5.Group {
  /// What the group holds in the order in which it was made, as far as the file tells: by the links' creation order where
  /// it is tracked, else by the datasets' places in the file. Groups, and what lies in other files, come last, by name.
  func membersAsMade() throws(FlowError) -> [Member] {
    let members = try members()
    if let names = try namesByCreation() {
      let places = Dictionary(zip(names, names.indices)) { first, _ in first }
      return members.sorted { (places[$0.name] ?? .max, $0.name) < (places[$1.name] ?? .max, $1.name) }
    }
    let id = id
    let here = try identity().file
    var keyed: [(address: UInt64, member: Member)] = []
    for member in members {
      var (file, address) = (UInt(0), UInt64(0))
      let isHere =
        member.kind == .dataset && HDF5.attempt { chdf5_member_place(id, member.name, &file, &address) } >= 0
        && file == here
      keyed.append((isHere ? address : .max, member))
    }
    return keyed.sorted { ($0.address, $0.member.name) < ($1.address, $1.member.name) }.map(\.member)
  }

  /// The members' names in the order of their creation; nil where the group does not track it.
  private func namesByCreation() throws(FlowError) -> [String]? {
    let id = id
    let what = "cannot list \(location)"
    let creation = try HDF5.Handle(what) { H5Gget_create_plist(id) }
    let creationID = creation.id
    var flags: UInt32 = 0
    try HDF5.check(what) { H5Pget_link_creation_order(creationID, &flags) }
    guard flags & UInt32(H5P_CRT_ORDER_TRACKED) != 0 else { return nil }
    var info = H5G_info_t()
    try HDF5.check(what) { H5Gget_info(id, &info) }
    var names: [String] = []
    for index in 0..<info.nlinks {
      let length = try HDF5.check(what) {
        H5Lget_name_by_idx(id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, nil, 0, chdf5_default())
      }
      var name = [CChar](repeating: 0, count: length + 1)
      try HDF5.check(what) {
        H5Lget_name_by_idx(id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, &name, name.count, chdf5_default())
      }
      names.append(HDF5.string(name))
    }
    return names
  }
}

extension HDF5.Dataset {
  /// The names of the dimension scales along the axes, as netCDF-4, xarray and h5py attach them; nil where there is none.
  func axisNames() -> [String?] {
    let id = id
    let rank = UInt32(shape.count)
    return (0..<rank).map { axis in
      var path = [CChar](repeating: 0, count: 1024)
      guard HDF5.attempt({ chdf5_scale_path(id, axis, rank, &path, path.count) }) >= 0 else { return nil }
      return HDF5.string(path).split(separator: "/").last.map(String.init)
    }
  }
}
