internal import Synchronization

/// A fit of an ensemble while it runs: members are handed out in order, to as many lanes as are fitted at once.
final class EnsembleRun: Sendable {
  private let fit: EnsembleFit
  private let threads: Int?
  private let lanes: Int
  private let saves: EnsembleSaves?
  private let observe: @Sendable (EnsembleEvent) -> Void
  private let shouldStop: @Sendable () -> Bool
  private let progress: Mutex<Progress>
  /// Held while the caller is told something.
  private let telling = Mutex<Void>(())

  private struct Progress {
    /// By number; nil for what has not begun.
    var members: [MemberFit?]
    var validation: MeanLogDensity?
    var failure: FlowError?
    var lastSave = ContinuousClock.now

    var state: EnsembleState {
      EnsembleState(members: members.prefix { $0 != nil }.map { $0! }, validation: validation)
    }
  }

  init(
    _ fit: EnsembleFit, _ state: EnsembleState, _ threads: Int?, _ saves: EnsembleSaves?,
    _ observe: @escaping @Sendable (EnsembleEvent) -> Void, _ shouldStop: @escaping @Sendable () -> Bool
  ) throws(FlowError) {
    try Self.check(state, fit)
    (self.fit, self.threads, self.saves, self.observe, self.shouldStop) = (fit, threads, saves, observe, shouldStop)
    // Processes that share the steps fit one after the other.
    lanes = Job.processes.count > 1 ? 1 : fit.membersAtOnce(threads: threads)
    let members = (0..<fit.count).map { $0 < state.members.count ? state.members[$0] : nil }
    progress = Mutex(Progress(members: members, validation: state.validation))
  }

  private static func check(_ state: EnsembleState, _ fit: EnsembleFit) throws(FlowError) {
    let begun = state.members.count
    guard begun <= fit.count else {
      throw FlowError(.data, "\(begun) members are there already, more than \(fit.count)", fix: .beginAnew)
    }
    let areRefitted = state.members.contains { $0.selection != nil }
    guard !areRefitted || fit.refits && begun == fit.count else {
      throw FlowError(
        .data, "its members were fitted again to all rows: none can be added, or trained by validation rows",
        fix: .beginAnew)
    }
  }

  func finished() throws(FlowError) -> EnsembleState {
    let isSelected = progress.withLock { $0.members.contains { $0?.selection != nil } }
    if !isSelected {
      try fitAll(refitting: false)
      try score()
    }
    if fit.refits, areAllSelected { try fitAll(refitting: true) }
    return progress.withLock { $0.state }
  }

  private var areAllSelected: Bool {
    progress.withLock { $0.members.allSatisfy { $0?.hasEnded == true || $0?.selection != nil } }
  }

  /// The validation events' log-density by the mixture of the selected flows.
  private func score() throws(FlowError) {
    guard let validation = fit.setup.validation, areAllSelected, fit.count > 1 || fit.refits else { return }
    let state = progress.withLock { $0.state }
    let score = try state.ensemble.meanLogDensity(of: validation, threads: threads)
    progress.withLock { $0.validation = score }
    tell(.selected(score))
  }

  private func fitAll(refitting: Bool) throws(FlowError) {
    let next = Atomic(0)
    WorkerPool(threads: lanes).run(units: lanes, stealing: false) { [self] _, _ in
      while !stops() {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < fit.count else { return }
        do throws(FlowError) {
          try fitMember(index, refitting: refitting)
        } catch {
          progress.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    if let failure = progress.withLock({ $0.failure }) {
      if lanes > 1 { try save() }
      throw failure
    }
  }

  private func stops() -> Bool {
    lanes == 1 && Job.processes.count > 1
      ? Job.processes.decided(shouldStop()) : shouldStop() || progress.withLock { $0.failure != nil }
  }

  private func fitMember(_ index: Int, refitting: Bool) throws(FlowError) {
    let before = progress.withLock { $0.members[index] }
    let isUnderWay = before.map { refitting == ($0.selection != nil) } ?? false
    if let before, before.hasEnded, isUnderWay { return }
    let selection = refitting ? before!.selection ?? before!.selected() : nil
    var setup = try self.setup(index)
    if let selection { setup = try setup.refitting(epochs: selection.epochs) }
    if let before { try checkArchitecture(before, setup, index) }
    let all = threads ?? Processors.count
    let own = lanes > 1 ? fit.threads(ofMember: index, membersAtOnce: lanes, of: all) : threads
    let trainer = try Trainer(setup, threads: own)
    tell(.begins(member: index, refitting: refitting, isStreaming: trainer.isStreaming))
    let result = try trainer.fit(
      from: isUnderWay ? before?.training : nil,
      saves: saves.map { saves in
        TrainingSaves(every: saves.seconds) { [self] checkpoint throws(FlowError) in
          note(index, MemberFit(setup.architecture, at: checkpoint), selection)
          try saveIfDue(saves.seconds)
        }
      },
      observe: { [self] in tell(.training(member: index, refitting: refitting, $0)) }, shouldStop: { [self] in stops() }
    )
    guard result.bestEpoch > 0 else { return }
    note(index, MemberFit(result), selection)
    tell(.ended(member: index, refitting: refitting, MemberFit(result)))
    if fit.count > 1 { try save() }
  }

  private func setup(_ index: Int) throws(FlowError) -> TrainingSetup {
    let setup = try fit.setup(ofMember: index)
    guard let minutes = fit.minutes(membersAtOnce: lanes), minutes != setup.options.minutes else { return setup }
    return setup.limited(toMinutes: minutes)
  }

  /// A member that goes on was made by the same choices.
  private func checkArchitecture(
    _ member: MemberFit, _ setup: TrainingSetup, _ index: Int
  ) throws(FlowError) {
    guard try member.flow.architecture.jsonText() == setup.architecture.jsonText() else {
      throw FlowError(
        .data, "member \(index) was begun with other layers, preprocessing or random choices", fix: .beginAnew)
    }
  }

  /// Takes note of how far a member is. While it is fitted again, its flow stays the selected one until the new one is there.
  private func note(_ index: Int, _ member: MemberFit, _ selection: MemberFit.Selection?) {
    progress.withLock { progress in
      var member = member
      member.selection = selection
      if selection != nil, !member.hasEnded || member.stopped == .diverged, let before = progress.members[index] {
        member.flow = before.flow
      }
      progress.members[index] = member
    }
  }

  private func saveIfDue(_ seconds: Double) throws(FlowError) {
    let isDue = progress.withLock { (ContinuousClock.now - $0.lastSave).inSeconds >= 0.9 * seconds }
    if lanes == 1 || isDue { try save() }
  }

  private func save() throws(FlowError) {
    guard let saves else { return }
    let state = progress.withLock { progress in
      progress.lastSave = .now
      return progress.state
    }
    guard !state.members.isEmpty else { return }
    try telling.withLock { _ throws(FlowError) in try saves.save(state) }
  }

  private func tell(_ event: EnsembleEvent) { telling.withLock { _ in observe(event) } }
}

extension TrainingSetup {
  /// The same fit with another time limit.
  fileprivate func limited(toMinutes minutes: Double) -> TrainingSetup {
    var options = options
    options.minutes = minutes
    return with(architecture, options)
  }
}
