import ArgumentParser
import FlowKit
import Glibc

/// A comma-separated list of names.
struct CommaSeparated: ExpressibleByArgument {
  let names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if names.contains("") { return nil }
  }
}

/// What every written file records.
enum Provenance {
  static var common: [String: MetadataValue] {
    [
      "program": .text("flowctl \(flowKitVersion)"),
      "command": .text(CommandLine.arguments.joined(separator: " ")), "created": .text(timeStamp),
    ]
  }

  /// Now, in UTC, as ISO 8601.
  private static var timeStamp: String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      strftime(buffer.baseAddress!, 32, "%Y-%m-%dT%H:%M:%SZ", &parts)
      return String(cString: buffer.baseAddress!)
    }
  }
}
