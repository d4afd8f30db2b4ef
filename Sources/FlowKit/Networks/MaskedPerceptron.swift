/// A perceptron whose outputs for position d depend on the inputs at positions before d, and on the context.
///
/// Every hidden unit has a degree m: it sees the first m inputs and the units of degree ≤ m below; the outputs of
/// position d see units of degree ≤ d. Units are sorted by degree and the degrees spread evenly. With a context, some
/// units have degree 0: without them the first position could not depend on the context.
/// Source: Germain, Gregor, Murray & Larochelle, "MADE" (ICML 2015), section 3.
///
/// Masked weights are parameters that stay 0; `prepare` enforces it for any θ.
public struct MaskedPerceptron: Sendable, Codable, Equatable {
  /// D, the number of positions.
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  /// P, the number of outputs per position.
  public let outputsPerInput: Int
  public let activation: Activation

  public init(
    inputs: Int, context: Int = 0, hidden: [Int], outputsPerInput: Int, activation: Activation = .relu
  ) {
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    (self.inputs, self.context, self.hidden) = (inputs, context, hidden)
    (self.outputsPerInput, self.activation) = (outputsPerInput, activation)
  }

  private var dense: Perceptron {
    Perceptron(
      inputs: inputs, context: context, hidden: hidden, outputs: inputs * outputsPerInput, activation: activation)
  }

  /// As those of a `Perceptron` of the same widths, the units in the order of their degrees.
  public func parameterShapes(prefix: String) -> [ParameterShape] { dense.parameterShapes(prefix: prefix) }

  var parameterCount: Int { parameterShapes(prefix: "").reduce(0) { $0 + $1.count } }

  var layerListArguments: String { dense.layerListArguments }

  /// Uniform in ±1/√(visible inputs) where a weight is not masked; the last layer 0.
  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { layer in
      var values = [Scalar](repeating: 0, count: layer.rows * layer.stride + layer.rows)
      guard !layer.isLast else { return values }
      for degree in layer.prefixes.indices {
        let visible = layer.prefixes[degree] + layer.context
        let bound = 1 / Double(max(1, visible)).squareRoot()
        for row in layer.rowRange(ofDegree: degree) {
          let columns = [0..<layer.prefixes[degree], layer.columns..<layer.stride].joined()
          for column in columns { values[row * layer.stride + column] = Scalar((2 * random.uniform() - 1) * bound) }
          values[layer.rows * layer.stride + row] = Scalar((2 * random.uniform() - 1) * bound)
        }
      }
      return values
    }
  }

  /// The layers, from the input to the output.
  var layers: [MaskedLayer] {
    var layers: [MaskedLayer] = []
    var offset = 0
    // The inputs: position j is seen by degrees above j.
    var (columns, prefixes) = (inputs, Array(0..<inputs))
    for width in hidden + [inputs * outputsPerInput] {
      let isLast = layers.count == hidden.count
      let starts = isLast ? (0...inputs).map { $0 * outputsPerInput } : unitStarts(width)
      let context = layers.isEmpty ? context : 0
      let weight = offset..<(offset + width * (columns + context))
      layers.append(
        MaskedLayer(
          weight: weight, rows: width, columns: columns, context: context, rowStarts: starts, prefixes: prefixes,
          isLast: isLast))
      offset = weight.upperBound + width
      // A unit is seen by its own degree and those above.
      (columns, prefixes) = (width, Array(starts.dropFirst()))
    }
    return layers
  }

  /// The first unit of each degree 0 … D − 1, and the end. Without context a unit of degree 0 would be a constant.
  private func unitStarts(_ width: Int) -> [Int] {
    let lowest = context > 0 || inputs == 1 ? 0 : 1
    let degrees = inputs - lowest
    return (0...inputs).map { degree in degree < lowest ? 0 : (degree - lowest) * width / degrees }
  }

  // MARK: Preparation

  /// Copies θ with what is masked set to 0.
  func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    copyVisible(from: parameters.base, to: prepared.baseAddress!, adding: false)
  }

  /// Adds the gradient of what is not masked.
  func pullBackPreparation(_ preparedGradient: Parameters, to gradient: inout Gradient) {
    copyVisible(from: preparedGradient.base, to: gradient.base, adding: true)
  }

  private func copyVisible(
    from source: UnsafeMutablePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>, adding: Bool
  ) {
    func copy(_ range: Range<Int>) {
      if adding {
        kernelAXPY(1, source + range.lowerBound, target + range.lowerBound, range.count)
      } else {
        (target + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
      }
    }
    for layer in layers {
      for degree in layer.prefixes.indices {
        for row in layer.rowRange(ofDegree: degree) {
          let start = layer.weight.lowerBound + row * layer.stride
          let (visible, masked) = (start + layer.prefixes[degree], start + layer.columns)
          copy(start..<visible)
          if !adding { (target + visible).update(repeating: 0, count: masked - visible) }
          copy(masked..<(start + layer.stride))
        }
      }
      copy(layer.bias)
    }
  }
}
