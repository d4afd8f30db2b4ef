import FlowKit

extension Fit {
  /// The state in the output file, with --resume; nil where there is no such file yet, so that the same command can be
  /// run again until it is done.
  func trainingToResume(_ setup: TrainingSetup) throws(FlowError) -> TrainingCheckpoint? {
    guard resume else { return nil }
    guard OutputPath.exists(output) else {
      Terminal.note("\(output) does not exist; training begins anew")
      return nil
    }
    try ModelReading.check(output)
    return try setup.modelToResume(output).training
  }

  /// Writes a checkpoint; whether that succeeded. Training is not given up for one that cannot be written: the one before
  /// is still there.
  func save(_ model: Model) -> Bool {
    do {
      try model.write(to: output)
      return true
    } catch {
      Terminal.note("\(error.line); training goes on, with the checkpoint before this one in place")
      return false
    }
  }
}
