internal import CFlowKernels

/// One block of a residual network, h ← h + W₂ u + b₂ with u = φ(n₂(W₁ φ(n₁(h)) + b₁)), in training with some of u dropped.
///
/// n₁ and n₂ normalise, where the network does. With a context the update is gated: h ← h + (W₂ u + b₂) ∘ σ(Gc + g).
/// Both passes can be taken for the units of one degree at a time, once those of lower degrees are known.
final class ResidualBlock: Sendable {
  private let first: NetworkLayer
  private let second: NetworkLayer
  /// G and g; nil without context.
  private let gate: NetworkLayer?
  /// n₁ and n₂.
  private let norms: (LayerNormalization, LayerNormalization)?
  private let activation: Activation
  private let dropout: Double

  /// - Parameter starts: the first unit of each degree, and the end.
  init(
    offset: Int, starts: [Int], context: Int, activation: Activation, normalizes: Bool, dropout: Double
  ) {
    let width = starts.last!
    func layer(_ offset: Int) -> NetworkLayer {
      NetworkLayer(
        offset: offset, columns: width, context: 0, rowStarts: starts, prefixes: Array(starts.dropFirst()),
        isLast: false)
    }
    let normalized = normalizes ? 2 * width : 0
    first = layer(offset + normalized)
    second = layer(first.bias.upperBound + normalized)
    norms =
      normalizes
      ? (
        LayerNormalization(offset: offset, features: width),
        LayerNormalization(offset: first.bias.upperBound, features: width)
      ) : nil
    gate =
      context == 0
      ? nil
      : NetworkLayer(
        offset: second.bias.upperBound, columns: 0, context: context, rowStarts: [0, width], prefixes: [0],
        isLast: false)
    (self.activation, self.dropout) = (activation, dropout)
  }

  // MARK: Parameters

  /// Where they end.
  var end: Int { (gate ?? second).bias.upperBound }
  var layers: [NetworkLayer] { [first, second] + (gate.map { [$0] } ?? []) }

  /// In the order in which they stand: n₁'s γ and β, W₁, b₁, n₂'s γ and β, W₂, b₂, G, g.
  func parameterShapes(prefix: String) -> [ParameterShape] {
    func norm(_ index: Int) -> [ParameterShape] {
      norms == nil
        ? [] : ["scale", "shift"].map { ParameterShape("\(prefix)\($0)\(index)", [first.rows]) }
    }
    return norm(0) + first.parameterShapes("\(prefix)weight0", "\(prefix)bias0") + norm(1)
      + second.parameterShapes("\(prefix)weight1", "\(prefix)bias1")
      + (gate?.parameterShapes("\(prefix)gateWeight", "\(prefix)gateBias") ?? [])
  }

  /// As in the reference: the second layer within ±10⁻³, so that a block starts near the identity.
  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let norm = norms == nil ? [] : LayerNormalization.initialParameters(features: first.rows)
    return norm + first.initialParameters(using: &random) + norm
      + second.initialParameters(within: 1e-3, using: &random)
      + (gate?.initialParameters(using: &random) ?? [])
  }

  // MARK: Forward

  /// What a pass makes of a block, and what its pullback needs.
  struct Values {
    /// φ(n₁(h)), and what φ′ needs of it where that is not φ.
    fileprivate var active: Tile
    fileprivate var activeSaved: Tile?
    /// u before any is dropped, and the same.
    fileprivate var hidden: Tile
    fileprivate var hiddenSaved: Tile?
    /// By what u is multiplied where units are dropped, and the product.
    fileprivate let factors: Tile?
    fileprivate var kept: Tile?
    /// σ(Gc + g) and W₂ u + b₂, where the update is gated.
    fileprivate let gate: Tile?
    fileprivate var update: Tile?
    fileprivate var norms: [LayerNormalization.Saved] = []

    /// What the second layer sees.
    fileprivate var input: Tile { kept ?? hidden }
  }

  /// Begins a pass: gates and dropped units, which h does not matter to. `random` is the block's own.
  func begin(_ pass: Pass, _ random: EventRandom?, like h: Tile) -> Values {
    func tile() -> Tile { Tile(features: first.rows, like: h) }
    let drops = dropout > 0 ? random : nil
    var gates = gate.map { $0.contextProduct(pass.context, pass.parameters, like: h) }
    gates?.turnIntoGates(bias: pass.parameters.slice(gate!.bias))
    return Values(
      active: tile(), activeSaved: activation.needsInput ? tile() : nil, hidden: tile(),
      hiddenSaved: activation.needsInput ? tile() : nil,
      factors: drops.map { Tile(dropout: dropout, features: first.rows, like: h, from: $0) },
      kept: drops.map { _ in tile() }, gate: gates, update: gates.map { _ in tile() })
  }

  /// Adds the update to h, in the units of one degree or in all.
  func add(to h: inout Tile, ofDegree degree: Int? = nil, _ values: inout Values, _ parameters: Parameters) {
    let rows = first.rows(ofDegree: degree)
    var none: Tile?
    values.active.write(rows: rows, of: h)
    if let norms { values.norms.append(norms.0.apply(to: &values.active, parameters)) }
    values.active.activate(activation, bias: nil, rows: rows, saving: &values.activeSaved)
    first.apply(
      to: values.active, into: &values.hidden, adding: false, ofDegree: degree, norms == nil ? activation : nil,
      saving: &values.hiddenSaved, parameters)
    if let norms {
      values.norms.append(norms.1.apply(to: &values.hidden, parameters))
      values.hidden.activate(activation, bias: nil, rows: rows, saving: &values.hiddenSaved)
    }
    if let factors = values.factors {
      values.kept!.write(rows: rows, of: values.hidden)
      values.kept!.multiply(by: factors, rows: rows)
    }
    guard let gate = values.gate else {
      return second.apply(
        to: values.input, into: &h, adding: true, ofDegree: degree, nil, saving: &none, parameters)
    }
    let input = values.input
    second.apply(
      to: input, into: &values.update!, adding: false, ofDegree: degree, nil, saving: &none, parameters)
    h.addProduct(of: values.update!, gate, rows: rows)
  }

  // MARK: Pullback

  /// The cotangents of W₂ u + b₂, of Gc + g, of W₁ φ(n₁(h)) + b₁ and of n₁(h), as far as the way back has come.
  struct Cotangents {
    fileprivate var update: Tile
    fileprivate var gate: Tile?
    fileprivate var hidden: Tile
    fileprivate var active: Tile

    /// For all units at once; degree by degree what comes from higher ones is added up.
    init(_ values: Values, byDegree: Bool = false) {
      func tile() -> Tile {
        byDegree
          ? Tile(features: values.hidden.features, like: values.hidden, filledWith: 0)
          : Tile(features: values.hidden.features, like: values.hidden)
      }
      (update, gate, hidden, active) = (tile(), values.gate.map { _ in tile() }, tile(), tile())
    }
  }

  /// Turns the cotangent of h after the block into that of h before, in the units of one degree or in all.
  func pullBack(
    _ h̄: inout Tile, ofDegree degree: Int? = nil, _ values: Values, _ cotangents: inout Cotangents,
    _ parameters: Parameters, _ gradient: inout Gradient
  ) {
    let rows = first.rows(ofDegree: degree)
    if let gate = values.gate {
      h̄.pullBackGate(values.update!, gate, into: &cotangents.update, &cotangents.gate!, rows: rows)
    } else {
      cotangents.update.write(rows: rows, of: h̄)
    }
    second.pullBackProduct(cotangents.update, ofDegree: degree, into: &cotangents.hidden, parameters)
    if let factors = values.factors { cotangents.hidden.multiply(by: factors, rows: rows) }
    cotangents.hidden.pullBackActivation(activation, saved: values.hiddenSaved ?? values.hidden, rows: rows)
    if let norms { norms.1.pullBack(&cotangents.hidden, values.norms[1], parameters, &gradient) }
    first.pullBackProduct(cotangents.hidden, ofDegree: degree, into: &cotangents.active, parameters)
    cotangents.active.pullBackActivation(activation, saved: values.activeSaved ?? values.active, rows: rows)
    if let norms { norms.0.pullBack(&cotangents.active, values.norms[0], parameters, &gradient) }
    h̄.add(cotangents.active, rows: rows)
  }

  /// Adds the gradient of weights and biases, once all units are walked back.
  func addGradient(_ cotangents: Cotangents, _ values: Values, _ pass: Pass, to gradient: inout Gradient) {
    first.addWholeGradient(cotangents.hidden, values.active, pass, to: &gradient)
    second.addWholeGradient(cotangents.update, values.input, pass, to: &gradient)
    guard let gate else { return }
    gate.addWholeGradient(cotangents.gate!, values.active.rows(0..<0), pass, to: &gradient)
  }
}

extension NetworkLayer {
  /// The gradient of the weights and the biases for the cotangent δ of Wh + W_c c + b.
  func addWholeGradient(_ δ: Tile, _ h: Tile, _ pass: Pass, to gradient: inout Gradient) {
    gradient.withSlice(bias) { δ.addRowSums(to: &$0) }
    addGradient(δ, h, pass.context, pass.parameters, to: &gradient)
  }
}

extension Tile {
  /// self ← σ(self + bias).
  fileprivate mutating func turnIntoGates(bias: Parameters) {
    addBias(bias)
    var gates = Tile(features: features, like: self)
    flowkit_sigmoid(base, gates.mutableBase(), count)
    self = gates
  }

  /// For the cotangent self of v ∘ s with s = σ(a): v̄ and ā, in some rows.
  fileprivate func pullBackGate(
    _ v: Tile, _ s: Tile, into v̄: inout Tile, _ ā: inout Tile, rows: Range<Int>
  ) {
    checkShape(v)
    checkShape(s)
    checkShape(v̄)
    checkShape(ā)
    let first = rows.lowerBound * width
    flowkit_gate_pullback(
      base + first, v.base + first, s.base + first, v̄.mutableBase() + first, ā.mutableBase() + first,
      rows.count * width)
  }
}
