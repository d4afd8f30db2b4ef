import ArgumentParser
import FlowKit

/// What `flowctl fit` does to events before the flow's layers see them.
struct PreprocessingArguments: ParsableArguments {
  @Option(
    help: "How columns are scaled: \(PreprocessingOptions.Scaling.allCases.map(\.rawValue).joined(separator: ", ")).")
  var preprocess: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Bounds that samples respect: x=0.. (log), x=..1 (log), x=0..1 (logit); repeat or separate by commas.",
      valueName: "column=lower..upper"))
  var bounds: [String] = []

  @Option(help: "Columns of whole numbers, to which uniform noise in (0, 1) is added; samples are whole again.")
  var dequantize: CommaSeparated?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Columns with a period, such as phi=0..360; repeat or separate by commas.", valueName: "column=lower..upper"))
  var circular: [String] = []

  @Option(
    help: ArgumentHelp(
      "Columns of few values whose order means nothing: the model has their probabilities, and densities of the other columns given them.",
      valueName: "columns"))
  var categories: CommaSeparated?

  var areGiven: Bool {
    preprocess != nil || !bounds.isEmpty || dequantize != nil || !circular.isEmpty || categories != nil
  }

  func options() throws(FlowError) -> PreprocessingOptions {
    var options = PreprocessingOptions()
    if let preprocess {
      guard let scaling = PreprocessingOptions.Scaling(rawValue: preprocess) else {
        let names = PreprocessingOptions.Scaling.allCases.map(\.rawValue).joined(separator: ", ")
        throw FlowError(.architecture, "unknown --preprocess '\(preprocess)': the choices are \(names)")
      }
      options.scaling = scaling
    }
    options.bounds = try intervals(bounds, "--bounds")
    options.dequantized = dequantize?.names ?? []
    options.circular = try intervals(circular, "--circular")
    options.categories = categories?.names ?? []
    return options
  }

  private func intervals(_ texts: [String], _ option: String) throws(FlowError) -> [ColumnInterval] {
    var intervals: [ColumnInterval] = []
    for text in texts {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        intervals.append(try ColumnInterval(parsing: part, option: option))
      }
    }
    return intervals
  }
}
