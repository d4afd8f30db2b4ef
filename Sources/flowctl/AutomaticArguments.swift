import ArgumentParser
import FlowKit

/// What is said about a fit whose plan is chosen from the data: one without `--epochs`.
struct AutomaticArguments: ParsableArguments {
  @Flag(help: "Look for a good fit for a minute at most, in place of ten.")
  var quick = false

  @Flag(help: "Look for a good fit for an hour at most.")
  var thorough = false

  @Option(
    parsing: .unconditional,
    help: "The part of the mass in a broad Student t density, which keeps outliers from deciding; 0 for none.")
  var broad: Double?

  @Flag(help: "Say every decision about the fit and the number that decided it.")
  var explain = false

  @Flag(help: "Say how the data would be fitted, and end.")
  var dryRun = false

  /// A flag that means nothing where the plan is given.
  var planFlag: String? {
    quick ? "--quick" : thorough ? "--thorough" : explain ? "--explain" : dryRun ? "--dry-run" : nil
  }

  func choices(_ fit: Fit, _ preprocessing: PreprocessingOptions) throws(FlowError) -> FitChoices {
    guard !quick || !thorough else {
      throw FlowError(.architecture, "--quick and --thorough both say how long to look; give one of them")
    }
    var choices = FitChoices()
    choices.effort = quick ? .quick : thorough ? .thorough : .standard
    if let broad, !(0..<1).contains(broad) {
      throw FlowError(.architecture, "--broad is a number from 0 to below 1, got \(broad)")
    }
    choices.broad = broad
    choices.layers = fit.layers
    if let recipe = fit.recipe { choices.layers = try Recipe(named: recipe).layers }
    (choices.base, choices.contextEmbedding) = (fit.base, fit.contextEmbedding)
    (choices.preprocessing, choices.isScalingGiven) = (preprocessing, fit.preprocessing.preprocess != nil)
    (choices.batchSize, choices.learningRate) = (fit.batch, fit.learningRate)
    if let count = fit.ensembles.ensemble {
      choices.members = try OptionCheck.positive(count, "--ensemble", atMost: 1_000)
    }
    choices.refits = fit.ensembles.refit
    (choices.minutes, choices.buffer, choices.seed) = (fit.minutes, Int(1e6 * fit.buffer), fit.seed)
    return choices
  }
}
