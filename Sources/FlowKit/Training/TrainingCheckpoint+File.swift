// In a model file, the group /training: attributes for the numbers, and the datasets current/…, good/… (parameters and the
// optimizer's moments, such as first_moment, flat as in memory) and best. The history is that of the model, up to the attribute epoch.

extension TrainingCheckpoint {
  func write(to root: borrowing HDF5.Group) throws(FlowError) {
    let group = try root.makeGroup("training")
    try group.setAttributes([
      "element_type": .text(elementType), "optimizer": .text(optimizer),
      "moments": .text(momentNames.joined(separator: ",")), "total_steps": .integer(plan.totalSteps),
      "warmup_steps": .integer(plan.warmupSteps), "plan_step": .integer(plan.step),
      "plan_progress": .number(plan.progress), "plan_revision": .integer(plan.revision), "step": .integer(step),
      "step_of_epoch": .integer(stepOfEpoch), "epoch": .integer(epoch), "failures": .integer(failures),
      "good_epoch": .integer(goodEpoch), "loss_sum": .number(lossSum), "events_of_epoch": .integer(eventsOfEpoch),
      "learning_rate": .number(learningRate), "seconds": .number(seconds),
      "stopped": .text(stopped?.rawValue ?? "no"), "best_epoch": .integer(best?.epoch ?? 0),
      "best_loss": .number(best?.loss ?? .nan), "current_steps": .integer(current.steps),
      "good_steps": .integer(good.steps),
    ])
    try write(current, to: group, "current")
    // A run that has ended goes back to nothing.
    if stopped == nil { try write(good, to: group, "good") }
    if let best { try group.write(best.parameters, shape: [best.parameters.count], to: "best") }
  }

  private func write(_ state: State, to group: borrowing HDF5.Group, _ name: String) throws(FlowError) {
    for (part, values) in zip(["parameters"] + momentNames, [state.parameters] + state.moments) {
      try group.write(values, shape: [values.count], to: "\(name)/\(part)")
    }
  }

  /// Reads the group; nil where there is none.
  init?(_ root: borrowing HDF5.Group, _ history: [EpochReport]) throws(FlowError) {
    guard try root.contains("training") else { return nil }
    let group = try root.group("training")
    let location = group.location
    var values: [String: MetadataValue] = [:]
    for name in try group.attributeNames() { values[name] = try group.attribute(name) }
    func integer(_ name: String) throws(FlowError) -> Int {
      guard let value = values[name]?.integer, value >= 0 else { throw Self.missing(name, location) }
      return value
    }
    func number(_ name: String) throws(FlowError) -> Double {
      guard let value = values[name]?.number else { throw Self.missing(name, location) }
      return value
    }
    // Files of version 0.1 name neither optimizer nor moments, and have one plan.
    let moments = values["moments"]?.text?.split(separator: ",").map(String.init) ?? Adam().moments
    let current = try Self.state(group, "current", moments, steps: try integer("current_steps"))
    let stopped = values["stopped"]?.text.flatMap { StopReason(rawValue: $0) }
    let good = stopped == nil ? try Self.state(group, "good", moments, steps: try integer("good_steps")) : current
    let totalSteps = try integer("total_steps")
    var plan = TrainingPlan(
      totalSteps: totalSteps,
      warmupSteps: values["warmup_steps"]?.integer ?? CosineSchedule().warmupSteps(of: totalSteps))
    if let step = values["plan_step"]?.integer { plan.step = max(0, step) }
    if let progress = values["plan_progress"]?.number { plan.progress = min(max(0, progress), 1) }
    if let revision = values["plan_revision"]?.integer { plan.revision = max(0, revision) }
    self.init(plan: plan, current: current, good: good)
    (optimizer, momentNames) = (values["optimizer"]?.text ?? Adam().name, moments)
    (step, stepOfEpoch, epoch) = (try integer("step"), try integer("step_of_epoch"), try integer("epoch"))
    (failures, goodEpoch) = (min(try integer("failures"), 10), try integer("good_epoch"))
    (lossSum, eventsOfEpoch) = (try number("loss_sum"), try integer("events_of_epoch"))
    (learningRate, seconds) = (try number("learning_rate"), try number("seconds"))
    self.stopped = stopped
    elementType = values["element_type"]?.text ?? ""
    self.history = Array(history.prefix(epoch))
    if try integer("best_epoch") > 0 {
      best = Best(
        parameters: try group.dataset("best").read(), epoch: try integer("best_epoch"), loss: try number("best_loss"))
    }
  }

  private static func state(
    _ group: borrowing HDF5.Group, _ name: String, _ moments: [String], steps: Int
  ) throws(FlowError) -> State {
    var values: [[Scalar]] = []
    for moment in moments { values.append(try group.dataset("\(name)/\(moment)").read()) }
    return State(parameters: try group.dataset("\(name)/parameters").read(), moments: values, steps: steps)
  }

  private static func missing(_ name: String, _ location: DataLocation) -> FlowError {
    FlowError(.format, "\(location) has no number '\(name)'; the file is damaged or was edited")
  }
}
