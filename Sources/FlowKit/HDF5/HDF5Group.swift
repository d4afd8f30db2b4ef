internal import CHDF5

extension HDF5 {
  /// An open group: named groups and datasets.
  package struct Group: ~Copyable, Object {
    let handle: Handle
    package let location: DataLocation
    package var id: Int64 { handle.id }

    package struct Member: Sendable, Equatable {
      package enum Kind: Sendable { case group, dataset, other }
      package var name: String
      package var kind: Kind
    }

    /// The root of an open file.
    static func root(of file: borrowing Handle, _ location: DataLocation) throws(FlowError) -> Group {
      let id = file.id
      return Group(
        handle: try Handle("cannot open \(location)") { H5Gopen2(id, "/", chdf5_default()) }, location: location)
    }

    /// Which group this is, by whatever path it was reached.
    func identity() throws(FlowError) -> Identity {
      let id = handle.id
      var (file, address) = (UInt(0), UInt64(0))
      try HDF5.check("cannot look up \(location)") { chdf5_object_place(id, &file, &address) }
      return Identity(file: file, address: address)
    }

    /// What the group holds, in the order of names; links that lead nowhere count as `other`.
    package func members() throws(FlowError) -> [Member] {
      let id = handle.id
      let what = "cannot list \(location)"
      var info = H5G_info_t()
      try HDF5.check(what) { H5Gget_info(id, &info) }
      var members: [Member] = []
      for index in 0..<info.nlinks {
        let length = try HDF5.check(what) {
          H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, chdf5_default())
        }
        var name = [CChar](repeating: 0, count: length + 1)
        try HDF5.check(what) {
          H5Lget_name_by_idx(
            id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &name, name.count, chdf5_default())
        }
        let text = HDF5.string(name)
        members.append(Member(name: text, kind: try kind(ofMember: text)))
      }
      return members
    }

    /// What a path below this group names; a path that names nothing is an error that lists what is there.
    package func kind(at path: String) throws(FlowError) -> Member.Kind {
      let names = path.split(separator: "/").map(String.init)
      var reached = ""
      for (index, name) in names.enumerated() {
        let next = reached.isEmpty ? name : reached + "/" + name
        let kind = try existingKind(of: next)
        let isLast = index == names.count - 1
        guard let kind, isLast || kind == .group else {
          if kind == nil { throw try missing(name, in: reached) }
          throw FlowError(
            .format, "\(location.appending(next)) is not a group and holds no '\(names[index + 1])'")
        }
        if isLast { return kind }
        reached = next
      }
      return .group
    }

    package func group(_ path: String) throws(FlowError) -> Group {
      let location = location.appending(path)
      guard try kind(at: path) == .group else {
        throw try brokenLink(at: path) ?? FlowError(.format, "\(location) is not a group")
      }
      let id = handle.id
      let name = Self.relative(path)
      return Group(
        handle: try Handle("cannot open \(location)") { H5Gopen2(id, name, chdf5_default()) },
        location: location)
    }

    package func dataset(_ path: String) throws(FlowError) -> Dataset {
      let location = location.appending(path)
      let kind = try kind(at: path)
      guard kind == .dataset else {
        if kind == .other, let broken = try brokenLink(at: path) { throw broken }
        throw FlowError(.format, "\(location) is a \(kind == .group ? "group" : "type"), not a dataset")
      }
      return try Dataset.open(Self.relative(path), in: handle, location)
    }

    /// Whether a path below this group names something.
    package func contains(_ path: String) throws(FlowError) -> Bool {
      var reached = ""
      for name in path.split(separator: "/") {
        reached += reached.isEmpty ? String(name) : "/" + name
        guard try existingKind(of: reached) != nil else { return false }
      }
      return true
    }

    /// The group at a path, created with those above it where they are missing; without time stamps.
    @discardableResult
    package func makeGroup(_ path: String) throws(FlowError) -> Group {
      var reached = ""
      for name in path.split(separator: "/") {
        reached += reached.isEmpty ? String(name) : "/" + name
        if try existingKind(of: reached) == nil { try createGroup(reached) }
      }
      return try group(path)
    }

    private func createGroup(_ path: String) throws(FlowError) {
      let id = handle.id
      let what = "cannot create the group \(location.appending(path))"
      let creation = try Handle(what) { H5Pcreate(chdf5_group_creation()) }
      let creationID = creation.id
      try HDF5.check(what) { H5Pset_obj_track_times(creationID, false) }
      _ = try Handle(what) { H5Gcreate2(id, path, chdf5_default(), creationID, chdf5_default()) }
    }

    /// What a path names whose parents are known to be groups; nil where nothing is.
    private func existingKind(of path: String) throws(FlowError) -> Member.Kind? {
      let id = handle.id
      let what = "cannot look up \(location.appending(path))"
      guard try HDF5.check(what, .format, { H5Lexists(id, path, chdf5_default()) }) > 0 else { return nil }
      return try kind(ofMember: path)
    }

    private func kind(ofMember name: String) throws(FlowError) -> Member.Kind {
      let id = handle.id
      // Fails, or says no, where a link leads nowhere.
      guard HDF5.attempt({ H5Oexists_by_name(id, name, chdf5_default()) }) > 0 else { return .other }
      let what = "cannot open \(location.appending(name))"
      let object = try Handle(what) { H5Oopen(id, name, chdf5_default()) }
      let objectID = object.id
      switch H5I_type_t(rawValue: try HDF5.check(what) { H5Iget_type(objectID).rawValue }) {
      case H5I_GROUP: return .group
      case H5I_DATASET: return .dataset
      default: return .other
      }
    }

    private func missing(_ name: String, in path: String) throws(FlowError) -> FlowError {
      let parent = location.appending(path)
      let names = try group(path).members().map { $0.kind == .group ? $0.name + "/" : $0.name }
      return FlowError(.format, "\(parent) has no '\(name)'; it holds \(HDF5.list(names))")
    }

    /// A path below this group as the library takes it.
    static func relative(_ path: String) -> String {
      let names = path.split(separator: "/")
      return names.isEmpty ? "." : names.joined(separator: "/")
    }
  }

  /// An object's place in one of the open files.
  struct Identity: Hashable {
    let file: UInt
    let address: UInt64
  }

  /// Names for a message: the first dozen, and how many more there are.
  package static func list(_ names: [String], atMost limit: Int = 12) -> String {
    guard !names.isEmpty else { return "nothing" }
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}

@available(*, unavailable)
extension HDF5.Group: Sendable {}
