/// A conditioner whose outputs for position d depend on the inputs at positions before d and on the context alone: what an
/// autoregressive layer needs.
///
/// Position d has the outputs d·P ..< (d + 1)·P with P = `outputsPerInput`. It is one input, or the several in which an angle is seen.
public protocol OrderedConditioner: Conditioner {
  /// P.
  var outputsPerInput: Int { get }

  /// How many inputs come before each position; by default each position is one input.
  var inputPrefixes: [Int] { get }

  /// How many inputs the outputs of each position see, at most as many as come before it; by default all of these.
  var visibleInputs: [Int] { get }

  /// Begins a pass in which the inputs become known one after another, as in the inverse of an autoregressive layer.
  ///
  /// By default each position costs a pass of the whole network.
  ///
  /// - Parameter tile: says the width and the pool.
  func orderedPass(_ pass: Pass, like tile: Tile) -> any OrderedPass
}

/// The outputs of an ordered conditioner position by position.
public protocol OrderedPass {
  /// The outputs of `position`, P rows, once the rows of `x` before it are known: the others are undefined. Asked for each
  /// position, in order.
  mutating func outputs(ofPosition position: Int, _ x: Tile) -> Tile

  /// Begins the way back, once all positions are known.
  func pullback(at x: Tile) -> any OrderedPullback
}

/// The way back from the last position to the first.
public protocol OrderedPullback {
  /// Takes the cotangent of one position's outputs and **adds** what it means for the inputs before it to `x̄`.
  mutating func pullBack(position: Int, _ outputs: Tile, to x̄: inout Tile, _ gradient: inout Gradient)

  /// Adds what is still due to the gradients of θ and of the context, once all positions are walked back.
  mutating func finish(_ gradient: inout Gradient)
}

extension OrderedConditioner {
  public var outputsPerInput: Int { outputs / inputPrefixes.count }
  public var inputPrefixes: [Int] { Array(0..<inputs) }
  public var visibleInputs: [Int] { inputPrefixes }

  public func orderedPass(_ pass: Pass, like tile: Tile) -> any OrderedPass {
    WholePass(network: self, pass: pass)
  }
}

extension OrderedConditioner {
  var orderedShape: NetworkShape {
    NetworkShape(inputs: inputs, context: context, outputs: outputs, inputPrefixes: inputPrefixes)
  }

  /// The prefixes as files hold them: nil where each position is one input.
  var listedPrefixes: [Int]? { inputPrefixes == Array(0..<inputs) ? nil : inputPrefixes }
}

/// A pass of the whole network for each position.
private struct WholePass: OrderedPass, OrderedPullback {
  let network: any OrderedConditioner
  let pass: Pass
  /// All inputs, on the way back.
  var x: Tile?

  private func rows(ofPosition position: Int) -> Range<Int> {
    (position * network.outputsPerInput)..<((position + 1) * network.outputsPerInput)
  }

  func outputs(ofPosition position: Int, _ x: Tile) -> Tile {
    // What is undefined may be NaN, and 0 times that as well.
    var known = x
    known.fill(rows: network.inputPrefixes[position]..<x.features, with: 0)
    return network.forward(known, pass).copy(ofRows: rows(ofPosition: position))
  }

  func pullback(at x: Tile) -> any OrderedPullback { WholePass(network: network, pass: pass, x: x) }

  func pullBack(position: Int, _ outputs: Tile, to x̄: inout Tile, _ gradient: inout Gradient) {
    let (value, pullback) = network.forwardWithPullback(x!, pass)
    var cotangent = Tile(features: value.features, like: value, filledWith: 0)
    cotangent.write(outputs, toRow: rows(ofPosition: position).lowerBound)
    x̄.add(pullback(cotangent, &gradient))
  }

  func finish(_ gradient: inout Gradient) {}
}
