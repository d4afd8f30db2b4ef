import FlowKit

/// Where validation events come from: what `--valid` says.
enum ValidationChoice {
  /// Nothing is said: the data's own part, else a tenth of the training rows.
  case automatic
  case none
  /// A part of the training rows, between 0 and 1.
  case fraction(Double)
  case location(DataLocation)

  init(_ text: String?) throws(FlowError) {
    guard let text else {
      self = .automatic
      return
    }
    guard let fraction = Double(text) else {
      self = .location(DataLocation(text))
      return
    }
    guard fraction >= 0, fraction < 1 else {
      throw FlowError(
        .data, "--valid takes a fraction of the training rows from 0 (none) to below 1, or DATA; got \(text)")
    }
    self = fraction == 0 ? .none : .fraction(fraction)
  }

  /// The files that it names.
  var files: [String] { if case .location(let location) = self { [location.file] } else { [] } }
}
