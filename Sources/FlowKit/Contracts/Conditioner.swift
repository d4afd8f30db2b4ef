/// The network that gives a layer its parameters: outputs φ = f(x, c) of `inputs` features x and `context` features c, for
/// each event by itself. Couplings, autoregressive and element-wise layers and the context's embedding hold one.
///
/// A conditioner is an immutable description like a bijector: its parameters come with each call, as its slice of the
/// layer's. Outputs start at or near 0 (`initialParameters`), where scalar maps are near the identity.
///
/// What `BijectorLaws` proves of a layer holds for it only if its conditioner keeps these:
/// - an event's outputs do not depend on the other events of the tile, to the bit;
/// - `forward` has the value of `forwardWithPullback`, to the bit;
/// - without `pass.random` nothing is random; with it, numbers come from `random.stream(of:)`, from
///   ``Tile/init(dropout:features:like:from:)`` or the like, so that the same pass gives the same bits.
public protocol Conditioner: Parameterized {
  /// The name by which layer lists (`network=residual`) and model files know this kind.
  static var networkName: String { get }

  /// The number of rows of x; 0 for a function of the context alone.
  var inputs: Int { get }

  /// The number of context features; 0 where there is none.
  var context: Int { get }

  /// The number of outputs.
  var outputs: Int { get }

  /// The matrix entries that one event is multiplied with in one pass, masked ones not counted; 0 by default.
  var weightCount: Int { get }

  /// Whether networks of this kind come as close to any continuous function as wanted, uniformly on bounded sets, as they
  /// grow; false by default. What `flowctl check` concludes rests on it.
  var isUniversal: Bool { get }

  /// Whether |f(x, c)| ≤ C (1 + |x| + |c|) for some C that depends on θ; false by default.
  var growsLinearly: Bool { get }

  /// The arguments of a layer list that make this network beside `network=`, without those that say what is meant anyway;
  /// none by default.
  func listArguments(_ defaults: NetworkDefaults) -> [String]

  /// Where training starts if the outputs should differ between events from the start, as those of a context's embedding;
  /// by default as elsewhere.
  func spreadParameters(using random: inout RandomStream) -> [Scalar]

  /// The outputs for each event; by default the value of `forwardWithPullback`.
  ///
  /// - Parameter x: `inputs` rows.
  func forward(_ x: Tile, _ pass: Pass) -> Tile

  /// The outputs, and the map from their cotangent to that of x; it adds to the gradients of θ and of the context.
  func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback)
}

/// Takes ∂L/∂outputs, **adds** to the gradients of the network's parameters and of the context, and returns ∂L/∂x. Called at
/// most once.
public typealias NetworkPullback = (_ outputs: consuming Tile, _ gradient: inout Gradient) -> Tile

extension Conditioner {
  public var weightCount: Int { 0 }
  public var isUniversal: Bool { false }
  public var growsLinearly: Bool { false }
  public func listArguments(_ defaults: NetworkDefaults) -> [String] { [] }

  public func spreadParameters(using random: inout RandomStream) -> [Scalar] { initialParameters(using: &random) }

  public func forward(_ x: Tile, _ pass: Pass) -> Tile { forwardWithPullback(x, pass).value }

  /// The arguments of a layer list that make this network.
  public func layerListArguments(_ defaults: NetworkDefaults = .ofLayers) -> [String] {
    let name = Self.networkName
    return (name == NetworkShape.defaultNetwork ? [] : ["network=\(name)"]) + listArguments(defaults)
  }

  var shape: NetworkShape { NetworkShape(inputs: inputs, context: context, outputs: outputs) }
}

/// The sizes that a layer wants of its network, and what a layer list means where it says nothing.
public struct NetworkShape: Sendable, Equatable {
  public let inputs: Int
  public let context: Int
  public let outputs: Int
  /// Of ordered networks, how many inputs come before each position (``OrderedConditioner``).
  public let inputPrefixes: [Int]?
  public let defaults: NetworkDefaults
  /// The network that a layer list means where it names none.
  static let defaultNetwork = "mlp"

  public init(
    inputs: Int, context: Int = 0, outputs: Int, inputPrefixes: [Int]? = nil, defaults: NetworkDefaults = .ofLayers
  ) {
    (self.inputs, self.context, self.outputs, self.defaults) = (inputs, context, outputs, defaults)
    self.inputPrefixes = inputPrefixes
  }

  /// The outputs of each position of an ordered network.
  public var outputsPerPosition: Int { outputs / (inputPrefixes?.count ?? inputs) }

  /// Traps unless `network` has these sizes.
  func check(_ network: any Conditioner, of layer: String) {
    precondition(
      network.inputs == inputs && network.context == context && network.outputs == outputs,
      "the conditioner of \(layer) maps \(inputs) features and \(context) of the context to \(outputs) outputs, got "
        + "\(network.inputs), \(network.context) and \(network.outputs)")
  }
}

/// What a layer list means of a network where it says nothing.
public struct NetworkDefaults: Sendable, Equatable {
  public let hidden: [Int]
  public let activation: Activation

  /// In couplings, autoregressive and element-wise layers.
  public static let ofLayers = NetworkDefaults(hidden: [64, 64], activation: .relu)
  /// In the context's embedding, whose widths are always said.
  static let ofEmbeddings = NetworkDefaults(hidden: [], activation: .silu)
}
