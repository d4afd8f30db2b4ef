// In a model file, the group /fit: attributes for the numbers; while the run can go on the datasets current/… and good/…
// (parameters and the optimizer's moments, such as first_moment, flat as in memory); and best, where that is not the model
// itself. The history is that of the model, up to the attribute epoch. Of a run that has ended, current/… is there where it
// was asked for; good is the same then.
//
// The first programs called the group /training and always stored state and best: those still find nothing in a file of
// today that they would misread, and what they wrote is read here.

extension TrainingCheckpoint {
  private static let (groupName, formerGroupName) = ("fit", "training")

  /// - Parameters:
  ///   - parameters: those of the model in the same group.
  ///   - keepingState: writes the state also of a run that has ended.
  func write(
    to root: borrowing HDF5.Group, beside parameters: [Scalar], keepingState: Bool
  ) throws(FlowError) {
    let group = try root.makeGroup(Self.groupName)
    let restart: [String: MetadataValue] =
      plan.start == 0 ? [:] : ["plan_start": .integer(plan.start), "plan_start_epoch": .integer(plan.startEpoch)]
    try group.setAttributes(restart)
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
    // A run that has ended goes on from nothing: its optimizer's state would be several times the model's size.
    if stopped == nil {
      try write(current, to: group, "current")
      try write(good, to: group, "good")
      if let warmup { try group.write(warmup, shape: [warmup.count], to: "warmup") }
    } else if keepingState, !current.parameters.isEmpty {
      try write(current, to: group, "current")
    }
    if let best, best.parameters != parameters {
      try group.write(best.parameters, shape: [best.parameters.count], to: "best")
    }
  }

  private func write(_ state: State, to group: borrowing HDF5.Group, _ name: String) throws(FlowError) {
    for (part, values) in zip(["parameters"] + momentNames, [state.parameters] + state.moments) {
      try group.write(values, shape: [values.count], to: "\(name)/\(part)")
    }
  }

  /// Reads the group; nil where there is none. Of a run that has ended, the optimizer's state is empty unless it was kept.
  ///
  /// - Parameters:
  ///   - history: that of the model in the same file.
  ///   - parameters: its parameters.
  init?(
    _ root: borrowing HDF5.Group, _ history: [EpochReport], beside parameters: [Scalar]
  ) throws(FlowError) {
    let isOfToday = try root.contains(Self.groupName)
    if !isOfToday, try !root.contains(Self.formerGroupName) { return nil }
    let group = try root.group(isOfToday ? Self.groupName : Self.formerGroupName)
    let numbers = try TrainingNumbers(group)
    let moments = numbers.moments
    let stopped = numbers.text("stopped").flatMap { StopReason(rawValue: $0) }
    func state(_ name: String) throws(FlowError) -> State {
      let steps = try numbers.integer("\(name)_steps")
      let isThere = try group.contains("\(name)/parameters")
      guard stopped == nil || isOfToday && isThere else { return State(parameters: [], moments: [], steps: steps) }
      return try Self.state(group, name, moments, steps: steps)
    }
    let current = try state("current")
    let isKept = stopped != nil && !current.parameters.isEmpty
    self.init(plan: try numbers.plan, current: current, good: isKept ? current : try state("good"))
    (optimizer, momentNames) = (numbers.text("optimizer") ?? Adam().name, moments)
    (step, stepOfEpoch) = (try numbers.integer("step"), try numbers.integer("step_of_epoch"))
    (epoch, goodEpoch) = (try numbers.integer("epoch"), try numbers.integer("good_epoch"))
    (failures, eventsOfEpoch) = (min(try numbers.integer("failures"), 10), try numbers.integer("events_of_epoch"))
    (lossSum, learningRate) = (try numbers.number("loss_sum"), try numbers.number("learning_rate"))
    seconds = try numbers.number("seconds")
    self.stopped = stopped
    elementType = numbers.text("element_type") ?? ""
    self.history = Array(history.prefix(epoch))
    if try group.contains("warmup") { warmup = try group.dataset("warmup").read() }
    if try numbers.integer("best_epoch") > 0 {
      best = Best(
        parameters: try group.contains("best") ? try group.dataset("best").read() : parameters,
        epoch: try numbers.integer("best_epoch"), loss: try numbers.number("best_loss"))
    }
  }

  private static func state(
    _ group: borrowing HDF5.Group, _ name: String, _ moments: [String], steps: Int
  ) throws(FlowError) -> State {
    var values: [[Scalar]] = []
    for moment in moments { values.append(try group.dataset("\(name)/\(moment)").read()) }
    return State(parameters: try group.dataset("\(name)/parameters").read(), moments: values, steps: steps)
  }
}

/// The attributes of the group.
private struct TrainingNumbers {
  private var values: [String: MetadataValue] = [:]
  private let location: DataLocation

  init(_ group: borrowing HDF5.Group) throws(FlowError) {
    location = group.location
    for name in try group.attributeNames() { values[name] = try group.attribute(name) }
  }

  func text(_ name: String) -> String? { values[name]?.text }

  /// From 0 on.
  func integer(_ name: String) throws(FlowError) -> Int {
    guard let value = values[name]?.integer, value >= 0 else { throw missing(name) }
    return value
  }

  func number(_ name: String) throws(FlowError) -> Double {
    guard let value = values[name]?.number else { throw missing(name) }
    return value
  }

  private func missing(_ name: String) -> FlowError {
    FlowError(.format, "\(location) has no number '\(name)'; the file is damaged or was edited")
  }

  // Files of version 0.1 name neither optimizer nor moments, and have one plan.

  var moments: [String] { text("moments")?.split(separator: ",").map(String.init) ?? Adam().moments }

  var plan: TrainingPlan {
    get throws(FlowError) {
      let totalSteps = try integer("total_steps")
      var plan = TrainingPlan(
        totalSteps: totalSteps,
        warmupSteps: values["warmup_steps"]?.integer ?? CosineSchedule().warmupSteps(of: totalSteps))
      if let step = values["plan_step"]?.integer { plan.step = max(0, step) }
      if let progress = values["plan_progress"]?.number { plan.progress = min(max(0, progress), 1) }
      if let revision = values["plan_revision"]?.integer { plan.revision = max(0, revision) }
      if let start = values["plan_start"]?.integer { plan.start = max(0, start) }
      if let epoch = values["plan_start_epoch"]?.integer { plan.startEpoch = max(0, epoch) }
      return plan
    }
  }
}
