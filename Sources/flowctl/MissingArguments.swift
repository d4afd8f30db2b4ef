import ArgumentParser
import FlowKit

/// Which numbers of the data stand for missing values.
struct MissingArguments: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Numbers that stand for missing values, such as -999 or -999,-99: read as NaN. With 'none' among them, what the file "
        + "itself calls missing (fill values, masks, valid ranges) is read as it is stored.",
      valueName: "number,..."))
  var missing: [String] = []

  /// Opens data with these numbers read as NaN.
  func access(_ access: ContainedAccess = .shared) throws(FlowError) -> any TableAccess {
    var values: [Double] = []
    var access = access
    for text in missing.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      if text == "none" {
        access.reading.isAsStored = true
        continue
      }
      guard let value = Double(text), value.isFinite else {
        throw FlowError(.data, "--missing takes numbers, separated by commas, or 'none'; got '\(text)'")
      }
      values.append(value)
    }
    return values.isEmpty ? access : MissingValueAccess(values, access: access)
  }
}
