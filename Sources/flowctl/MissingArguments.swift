import ArgumentParser
import FlowKit

/// Which numbers of the data stand for missing values.
struct MissingArguments: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Numbers that stand for missing values, such as -999 or -999,-99: read as NaN.", valueName: "number,..."))
  var missing: [String] = []

  /// Opens data with these numbers read as NaN.
  func access(_ access: ContainedAccess = .shared) throws(FlowError) -> any TableAccess {
    var values: [Double] = []
    for text in missing.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      guard let value = Double(text), value.isFinite else {
        throw FlowError(.data, "--missing takes numbers, separated by commas; got '\(text)'")
      }
      values.append(value)
    }
    return values.isEmpty ? access : MissingValueAccess(values, access: access)
  }
}
