// In the file of a model whose automatic fit was interrupted, the group /automatic: the attribute seconds; entries, a JSON text
// that says what was trained; parameters/<n> of each; and, of each flow whose training was stopped,
// running/<n>/… with its state as /fit has it and its history as a JSON text.

extension AutomaticFitState {
  private static let groupName = "automatic"

  private struct RunningText: Codable {
    let candidate: FitCandidate
    let history: [EpochReport]

    private enum CodingKeys: CodingKey { case candidate, history }
  }

  func write(to root: borrowing HDF5.Group) throws(FlowError) {
    let group = try root.makeGroup(Self.groupName)
    try group.setAttribute("seconds", .number(seconds))
    try group.write(try entries.jsonText(), to: "entries")
    for (index, entry) in entries.enumerated() {
      try group.write(entry.parameters, shape: [entry.parameters.count], to: "parameters/\(index)")
    }
    guard !running.isEmpty else { return }
    let all = try group.makeGroup("running")
    for (index, each) in running.enumerated() {
      let own = try all.makeGroup("\(index)")
      let text = RunningText(candidate: each.candidate, history: each.checkpoint.history)
      try own.write(try text.jsonText(), to: "candidate")
      try each.checkpoint.write(to: own, beside: [], keepingState: false)
    }
  }

  /// Reads the group; nil where there is none.
  init?(_ root: borrowing HDF5.Group) throws(FlowError) {
    guard try root.contains(Self.groupName) else { return nil }
    let group = try root.group(Self.groupName)
    self.init()
    seconds = try group.attribute("seconds")?.number ?? 0
    entries = try [Entry](
      jsonText: try group.dataset("entries").readTexts().first ?? "", "what an automatic fit has trained")
    for index in entries.indices { entries[index].parameters = try group.dataset("parameters/\(index)").read() }
    guard try group.contains("running") else { return }
    let all = try group.group("running")
    while try all.contains("\(running.count)") {
      let own = try all.group("\(running.count)")
      let text = try RunningText(
        jsonText: try own.dataset("candidate").readTexts().first ?? "", "what an automatic fit was training")
      guard let checkpoint = try TrainingCheckpoint(own, text.history, beside: []) else { return }
      running.append(Running(candidate: text.candidate, checkpoint: checkpoint))
    }
  }
}
