import FlowKit

/// What is asked of a process that computes a target.
enum TargetRequest: Codable {
  /// Opens the shared object with its data, a path of a JSON file or nothing.
  case open(library: String, data: String?)
  /// log p̃ and gradients of as many points, whose coordinates are the next message.
  case evaluate(count: Int)
  /// The parameters that users know at as many points, whose coordinates are the next message.
  case constrain(count: Int)
  /// Goes with the coordinates.
  case points
}

enum TargetReply: Codable {
  case description(TargetDescription)
  /// Comes with numbers: N log-densities, then N × D derivatives; or N × K parameters.
  case done
  case failure(FlowError)
}

/// What a shared object says of itself.
struct TargetDescription: Codable, Sendable {
  /// The names of the D coordinates.
  var columns: [String]
  /// The names of the K parameters that users know; none where these are the coordinates.
  var constrained: [String]
}
