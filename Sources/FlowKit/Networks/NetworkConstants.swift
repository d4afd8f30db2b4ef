/// The constants of a built-in network as model files hold them: by name, those that a kind has not left out. What was added
/// later has a default.
struct NetworkConstants: Codable {
  var inputs: Int
  var context: Int
  /// The widths of the hidden layers; of a residual network, that of all of them.
  var hidden: [Int]
  /// The number of outputs or, of masked networks, that for each input.
  var outputs: Int?
  var outputsPerInput: Int?
  /// How many inputs come before each position; absent where each position is one input.
  var inputPrefixes: [Int]?
  var activation: String
  var lipschitz: Double?
  var blocks: Int?
  /// Absent where nothing is normalised.
  var norm: String?
  /// Absent where nothing is dropped.
  var dropout: Double?

  /// Throws unless the sizes are those of a network; gives the number of outputs, or that per input if `masked`.
  func checkedOutputs(masked: Bool = false) throws(FlowError) -> Int {
    guard let outputs = masked ? outputsPerInput : outputs else {
      throw DescriptionCheck.error("a network does not say its number of outputs")
    }
    if masked {
      try DescriptionCheck.requireSize(inputs, "a masked network")
      try DescriptionCheck.requireSize(outputs, "a list of outputs")
    }
    let prefixes = inputPrefixes ?? Array(0..<(masked ? inputs : 0))
    try DescriptionCheck.require(
      !masked
        || !prefixes.isEmpty && prefixes.first! >= 0 && prefixes.last! <= inputs
          && zip(prefixes, prefixes.dropFirst()).allSatisfy(<=),
      "a masked network's positions are not in order")
    try DescriptionCheck.requireNetwork(
      inputs: inputs, context: context, hidden: hidden, outputs: masked ? prefixes.count * outputs : outputs)
    return outputs
  }

  /// The activation, one of a kind's.
  func checkedActivation<A: RawRepresentable<String>>() throws(FlowError) -> A {
    guard let activation = A(rawValue: activation) else {
      throw DescriptionCheck.error("a network has the activation '\(activation)', which this program does not know")
    }
    return activation
  }

  func checkedDropout() throws(FlowError) -> Double {
    let dropout = dropout ?? 0
    try DescriptionCheck.require(0 <= dropout && dropout < 1, "a network drops units with a probability of \(dropout)")
    return dropout
  }

  func checkedNormalization() throws(FlowError) -> NetworkNormalization {
    guard let norm else { return .none }
    guard let normalization = NetworkNormalization(rawValue: norm) else {
      throw DescriptionCheck.error("a network normalises by '\(norm)', which this program does not know")
    }
    return normalization
  }

  /// The width and the number of blocks of a residual network.
  func checkedBlocks() throws(FlowError) -> (width: Int, count: Int) {
    guard hidden.count == 1, let blocks, ResidualLayers.blockCounts ~= blocks else {
      throw DescriptionCheck.error("a residual network has \(hidden.count) widths and \(blocks ?? 0) blocks")
    }
    return (hidden[0], blocks)
  }
}
