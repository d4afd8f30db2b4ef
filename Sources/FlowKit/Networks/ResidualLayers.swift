/// The layers of a residual perceptron, masked or not: h₀ = W(x, c) + b, then blocks that add to h, then the outputs Vh + d.
/// Units are sorted by degree (`UnitDegrees`); without masks all have one.
final class ResidualLayers: NetworkLayers {
  /// More blocks than any network has.
  static let blockCounts = 1...1_000

  private let initial: NetworkLayer
  private let blocks: [ResidualBlock]
  private let last: NetworkLayer

  /// - Parameters:
  ///   - inputPrefixes: the number of inputs that units of each degree see.
  ///   - starts: the first unit of each degree, and the end.
  ///   - outputStarts: the first output of each degree, and the end.
  init(
    inputs: Int, context: Int, inputPrefixes: [Int], starts: [Int], outputStarts: [Int], blocks count: Int,
    activation: Activation, normalizes: Bool = false, dropout: Double
  ) {
    precondition(starts.last! > 0, "a residual network has at least one unit")
    precondition(Self.blockCounts ~= count, "a residual network has 1 to 1000 blocks, got \(count)")
    precondition(0 <= dropout && dropout < 1, "units are dropped with a probability below 1, got \(dropout)")
    initial = NetworkLayer(
      offset: 0, columns: inputs, context: context, rowStarts: starts, prefixes: inputPrefixes, isLast: false)
    var blocks: [ResidualBlock] = []
    for _ in 0..<count {
      blocks.append(
        ResidualBlock(
          offset: blocks.last?.end ?? initial.bias.upperBound, starts: starts, context: context,
          activation: activation, normalizes: normalizes, dropout: dropout))
    }
    self.blocks = blocks
    last = NetworkLayer(
      offset: blocks.last!.end, columns: starts.last!, context: 0, rowStarts: outputStarts,
      prefixes: Array(starts.dropFirst()), isLast: true)
  }

  // MARK: Parameters

  private var layers: [NetworkLayer] { [initial] + blocks.flatMap(\.layers) + [last] }

  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  var parameterShapes: [ParameterShape] {
    initial.parameterShapes("initial/weight", "initial/bias")
      + blocks.enumerated().flatMap { $1.parameterShapes(prefix: "block\($0)/") }
      + last.parameterShapes("final/weight", "final/bias")
  }

  func initialParameters(spread: Bool, using random: inout RandomStream) -> [Scalar] {
    initial.initialParameters(using: &random) + blocks.flatMap { $0.initialParameters(using: &random) }
      + last.initialParameters(within: spread ? 1 / Double(last.stride).squareRoot() : 0, using: &random)
  }

  func clearMasked(_ values: UnsafeMutableBufferPointer<Scalar>) {
    for layer in layers { layer.clearMasked(values.baseAddress! + layer.weight.lowerBound) }
  }

  // MARK: The map

  func forward(_ x: Tile, _ pass: Pass) -> Tile {
    var h = begin(pass, like: x)
    enter(x, into: &h, pass)
    for (index, block) in blocks.enumerated() {
      var values = block.begin(pass, pass.random?.child(index), like: h)
      block.add(to: &h, &values, pass.parameters)
    }
    return outputs(h, pass)
  }

  func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback) {
    var h = begin(pass, like: x)
    enter(x, into: &h, pass)
    var values: [ResidualBlock.Values] = []
    for (index, block) in blocks.enumerated() {
      values.append(block.begin(pass, pass.random?.child(index), like: h))
      block.add(to: &h, &values[index], pass.parameters)
    }
    return (
      outputs(h, pass),
      { [self, h, values] cotangent, gradient in
        last.addWholeGradient(cotangent, h, pass, to: &gradient)
        var h̄ = last.pullBackProduct(cotangent, pass.parameters)
        for (block, values) in zip(blocks, values).reversed() {
          var cotangents = ResidualBlock.Cotangents(values)
          block.pullBack(&h̄, values, &cotangents, pass.parameters, &gradient)
          block.addGradient(cotangents, values, pass, to: &gradient)
        }
        initial.addWholeGradient(h̄, x, pass, to: &gradient)
        return initial.pullBackProduct(h̄, pass.parameters)
      }
    )
  }

  /// The context's part of h₀.
  private func begin(_ pass: Pass, like x: Tile) -> Tile {
    initial.contextProduct(pass.context, pass.parameters, like: x)
  }

  /// h₀, of the units of one degree or of all.
  private func enter(_ x: Tile, into h: inout Tile, ofDegree degree: Int? = nil, _ pass: Pass) {
    var none: Tile?
    initial.apply(
      to: x, into: &h, adding: initial.context > 0, ofDegree: degree, nil, saving: &none, pass.parameters)
  }

  private func outputs(_ h: Tile, _ pass: Pass) -> Tile {
    var none: Tile?
    var result = Tile(features: last.rows, like: h)
    last.apply(to: h, into: &result, adding: false, nil, saving: &none, pass.parameters)
    return result
  }
}

// MARK: - Position by position

extension ResidualLayers {
  /// The outputs position by position: the units of a degree pass through all blocks at once.
  struct PositionPass: OrderedPass {
    fileprivate let network: ResidualLayers
    fileprivate let pass: Pass
    fileprivate var h: Tile
    fileprivate var values: [ResidualBlock.Values]
    fileprivate var result: Tile

    init(_ network: ResidualLayers, _ pass: Pass, like tile: Tile) {
      (self.network, self.pass) = (network, pass)
      let h = network.begin(pass, like: tile)
      values = network.blocks.enumerated().map { $1.begin(pass, pass.random?.child($0), like: h) }
      (self.h, result) = (h, Tile(features: network.last.rows, like: h))
    }

    mutating func outputs(ofPosition position: Int, _ x: Tile) -> Tile {
      var none: Tile?
      if !network.initial.rowRange(ofDegree: position).isEmpty {
        network.enter(x, into: &h, ofDegree: position, pass)
        for (index, block) in network.blocks.enumerated() {
          block.add(to: &h, ofDegree: position, &values[index], pass.parameters)
        }
      }
      network.last.apply(
        to: h, into: &result, adding: false, ofDegree: position, nil, saving: &none, pass.parameters)
      return result.copy(ofRows: network.last.rowRange(ofDegree: position))
    }

    func pullback(at x: Tile) -> any OrderedPullback { PositionPullback(self, at: x) }
  }

  private struct PositionPullback: OrderedPullback {
    private let forward: PositionPass
    private let x: Tile
    private var outputs: Tile
    private var h̄: Tile
    private var cotangents: [ResidualBlock.Cotangents]

    init(_ forward: PositionPass, at x: Tile) {
      (self.forward, self.x) = (forward, x)
      outputs = Tile(features: forward.result.features, like: x, filledWith: 0)
      h̄ = Tile(features: forward.h.features, like: x, filledWith: 0)
      cotangents = forward.values.map { ResidualBlock.Cotangents($0, byDegree: true) }
    }

    mutating func pullBack(position: Int, _ outputs: Tile, to x̄: inout Tile, _ gradient: inout Gradient) {
      let (network, parameters) = (forward.network, forward.pass.parameters)
      self.outputs.write(outputs, toRow: network.last.rowRange(ofDegree: position).lowerBound)
      network.last.pullBackProduct(self.outputs, ofDegree: position, into: &h̄, parameters)
      guard !network.initial.rowRange(ofDegree: position).isEmpty else { return }
      for (index, block) in network.blocks.enumerated().reversed() {
        block.pullBack(
          &h̄, ofDegree: position, forward.values[index], &cotangents[index], parameters, &gradient)
      }
      network.initial.pullBackProduct(h̄, ofDegree: position, into: &x̄, parameters)
    }

    mutating func finish(_ gradient: inout Gradient) {
      let (network, pass) = (forward.network, forward.pass)
      network.last.addWholeGradient(outputs, forward.h, pass, to: &gradient)
      for (index, block) in network.blocks.enumerated() {
        block.addGradient(cotangents[index], forward.values[index], pass, to: &gradient)
      }
      network.initial.addWholeGradient(h̄, x, pass, to: &gradient)
    }
  }
}
