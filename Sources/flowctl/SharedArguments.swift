import ArgumentParser
import FlowKit
import Glibc

/// A comma-separated list of names; spaces around them are none of them.
struct CommaSeparated: ExpressibleByArgument {
  let names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map { name in
      String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    if names.contains("") { return nil }
  }
}

/// A whole number, also as 1e5.
@Sendable func wholeNumber(_ text: String) throws -> Int {
  guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
    throw ValidationError("it is no whole number")
  }
  return number
}

/// What every command that reads a model takes.
struct ModelReading: ParsableArguments {
  @Flag(help: "Read a model also if its file was edited since it was written.")
  var acceptEdited = false

  func model(_ path: String, includingTraining: Bool = false) throws(FlowError) -> Model {
    try Self.model(path, includingTraining: includingTraining, acceptingEdited: acceptEdited)
  }

  /// A model whose flow is a density of its columns: what a command reads that has a use for that alone.
  func densityModel(_ path: String) throws(FlowError) -> Model {
    let model = try model(path)
    guard model.encoding == nil else {
      throw FlowError(
        .architecture,
        "\(path) has an encoder: its flow is a density of latents, not of the columns, and this command is about one of these; "
          + "'flowctl encode' writes the latents")
    }
    return model
  }

  static func model(
    _ path: String, includingTraining: Bool = false, acceptingEdited: Bool = false
  ) throws(FlowError) -> Model {
    try check(path, acceptingEdited: acceptingEdited)
    return try Model(reading: path, includingTraining: includingTraining, acceptingEdited: acceptingEdited)
  }

  /// A file that no digest vouches for is read in another process first, before libhdf5 sees it in this one.
  static func check(_ path: String, acceptingEdited: Bool = false) throws(FlowError) {
    let isSealed = try IntegrityBlock.isPresent(at: path)
    guard acceptingEdited || !isSealed else { return }
    try ContainedAccess.shared.checkModel(path, acceptingEdited: acceptingEdited)
  }
}

/// What every command takes.
struct Diagnostics: ParsableArguments {
  @Flag(help: "After an error, print also what the HDF5 library or the system says about it.")
  var verbose = false
}

protocol Diagnosing { var diagnostics: Diagnostics { get } }

/// Checks of options that are numbers.
enum OptionCheck {
  /// `value` if it is above 0 and at most `limit`.
  static func positive<Number: Comparable & Numeric>(
    _ value: Number, _ name: String, atMost limit: Number
  ) throws(FlowError) -> Number {
    guard value > 0 else { throw FlowError(.architecture, "\(name) is a number above 0, got \(value)") }
    guard value <= limit else { throw FlowError(.architecture, "\(name) is at most \(limit), got \(value)") }
    return value
  }

  static func threads(_ count: Int?) throws(FlowError) -> Int? {
    try count.map { count throws(FlowError) in try positive(count, "--threads", atMost: 1024) }
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

  /// Of what a model makes of the rows of a table.
  static func of(_ model: String, _ data: DataLocation) throws(FlowError) -> [String: MetadataValue] {
    let own: [String: MetadataValue] = [
      "model": .text(model), "model_digest": .text(try AtomicFile.digest(model)), "data": .text(data.description),
    ]
    return common.merging(own) { $1 }
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
