import ArgumentParser
import FlowKit

/// How many flows are fitted, and what becomes of a fit that is over.
struct EnsembleArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      Fit so many flows that differ by their seeds, the first with --seed, and write the mixture of them: nearly always a better \
      density than each. --minutes is for all of them. With --resume, more than before are added to them.
      """)
  var ensemble: Int?

  @Flag(
    help: """
      When validation has shown which epoch is best, fit again from the start to training and validation rows, for so many epochs.
      """)
  var refit = false

  @Flag(
    help: """
      Keep the optimizer's state in the file of a finished fit, several times its size: --resume with more --epochs goes on, with a \
      learning rate that rises and falls once more.
      """)
  var keepState = false

  @Option(
    help: """
      When the fit is over, write a page on it to this file, as 'flowctl report' does: of the test rows of DATA, else of the \
      validation rows.
      """)
  var report: String?

  func fit(_ setup: TrainingSetup) throws(FlowError) -> EnsembleFit {
    let count = try OptionCheck.positive(ensemble ?? 1, "--ensemble", atMost: 1_000)
    guard !refit || setup.validation != nil else {
      throw FlowError(
        .data, "--refit takes the number of epochs that validation rows choose; there are none", fix: .chooseValidation)
    }
    return try EnsembleFit(setup, members: count, refitting: refit)
  }
}

extension EnsembleFit {
  /// Why there is nothing left to do, if there is not.
  func ending(of state: EnsembleState?) -> String? {
    guard let members = state?.members, members.count == count, members.allSatisfy(\.hasEnded),
      !refits || members.allSatisfy({ $0.selection != nil })
    else { return nil }
    return count == 1 ? members[0].stopped?.rawValue : "\(count) members"
  }
}
