/// The signs, +1 or −1, of a matrix's diagonal entries: fixed when the layer is made, because log|λ| → −∞ forbids crossing 0
/// in training.
///
/// In layer lists `signs=+-+`, one character per feature, or `signs=random`, which draws each as a fair coin; all +1
/// without.
enum DiagonalSigns {
  /// `signs`, or all +1.
  static func checked(_ signs: [Int]?, dimension: Int) -> [Int] {
    let signs = signs ?? Array(repeating: 1, count: dimension)
    precondition(signs.count == dimension, "\(signs.count) signs for \(dimension) features")
    precondition(signs.allSatisfy { abs($0) == 1 }, "signs are +1 or -1, got \(signs)")
    return signs
  }

  /// The argument that makes these signs; none where all are +1.
  static func layerListArguments(_ signs: [Int]) -> [String] {
    signs.contains(-1) ? ["signs=" + signs.map { $0 > 0 ? "+" : "-" }.joined()] : []
  }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> [Int] {
    guard let argument = arguments.take("signs", positional: false) else {
      return checked(nil, dimension: arguments.dimension)
    }
    if argument.value == "random" {
      return (0..<arguments.dimension).map { _ in arguments.random.integer(below: 2) == 0 ? 1 : -1 }
    }
    guard argument.value.count == arguments.dimension, argument.value.allSatisfy({ $0 == "+" || $0 == "-" }) else {
      throw arguments.error(
        argument,
        "signs takes random, or + or - for each of \(arguments.dimension) features, such as "
          + (0..<arguments.dimension).map { $0 % 2 == 0 ? "+" : "-" }.joined())
    }
    return argument.value.map { $0 == "+" ? 1 : -1 }
  }
}

/// A layer whose matrix has a diagonal of fixed signs.
protocol SignedLayer: Bijector {
  var signs: [Int] { get }
}

extension SignedLayer {
  public var dimension: Int { signs.count }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.requireSigns(signs, of: Self.layerName)
  }
}
