import FlowKit

extension FlowError {
  /// The message, with the option that its advice is about.
  var text: String { remedy.map { "\(message) with \($0.option)" } ?? message }
}

extension Remedy {
  /// How flowctl calls the choice.
  var option: String {
    switch self {
    case .columns: "--columns"
    case .context: "--context"
    case .skippingNonFinite: "--skip-non-finite"
    case .validation: "--valid"
    case .scaling: "--preprocess"
    }
  }
}
