extension Model.Member {
  /// Reads a member from a group of its own, or from the root.
  ///
  /// - Parameter provenance: whether what stands there is about this member alone.
  init(
    _ group: borrowing HDF5.Group, _ registry: Registry, includingTraining: Bool, provenance isOwn: Bool
  ) throws(FlowError) {
    let json = try group.dataset("architecture").readTexts().first ?? ""
    let architecture: Architecture
    do throws(FlowError) {
      architecture = try Architecture(jsonText: json, "the architecture", registry: registry)
    } catch {
      throw error.at(group.location.objectPath == "/" ? group.location.file : "\(group.location)")
    }
    let parameters = try group.parameters(of: architecture.layout, under: "flow")
    let history = try [EpochReport](reading: group)
    let selection = try group.contains("selection") ? [EpochReport](reading: group.group("selection")) : []
    self.init(
      flow: Flow(architecture: architecture, parameters: parameters), history: history,
      provenance: isOwn ? try Self.provenance(group) : [:],
      training: includingTraining ? try TrainingCheckpoint(group, history, beside: parameters) : nil,
      selectionHistory: selection)
  }

  static func provenance(_ group: borrowing HDF5.Group) throws(FlowError) -> [String: MetadataValue] {
    let group = try group.group("provenance")
    var provenance: [String: MetadataValue] = [:]
    for name in try group.attributeNames() { provenance[name] = try group.attribute(name) }
    return provenance
  }
}
