/// What a description read from a file must satisfy before anything is computed from it: where the initializers of layers,
/// networks and bases trap on a programmer's mistake, a file somebody edited gets an error.
enum DescriptionCheck {
  /// More features, units or entries along one axis than any model has; products of two fit an Int with ease.
  static let sizes = 1...(1 << 20)

  /// Throws `complaint` unless `condition` holds.
  static func require(_ condition: Bool, _ complaint: @autoclosure () -> String) throws(FlowError) {
    guard !condition else { return }
    throw error(complaint())
  }

  static func error(_ complaint: String) -> FlowError {
    FlowError(.format, "the architecture is inconsistent: \(complaint); the file is damaged or was edited")
  }

  /// Checks a number of features, units or outputs.
  static func requireSize(_ size: Int, _ what: @autoclosure () -> String) throws(FlowError) {
    try require(sizes ~= size, "\(what()) has a size of \(size)")
  }

  static func requireSigns(_ signs: [Int], of layer: String) throws(FlowError) {
    try require(signs.allSatisfy { $0 == 1 || $0 == -1 }, "\(layer) has signs that are neither 1 nor -1")
  }

  static func requirePermutation(_ indices: [Int], _ count: Int, of layer: String) throws(FlowError) {
    try require(
      indices.count == count && indices.sorted() == Array(0..<count), "\(layer) has no permutation of \(count) indices")
  }

  /// Checks the sizes of a network.
  static func requireNetwork(inputs: Int, context: Int, hidden: [Int], outputs: Int) throws(FlowError) {
    try require(0...sizes.upperBound ~= inputs && 0...sizes.upperBound ~= context, "a network has no such inputs")
    for width in hidden { try requireSize(width, "a network's layer") }
    try require(1...(1 << 28) ~= outputs, "a network has \(outputs) outputs")
  }
}
