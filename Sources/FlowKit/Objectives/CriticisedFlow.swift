/// A flow and a critic of its samples, trained together: the flow's parts, then the critic, which sees an event and its context, D + C
/// numbers, as the preprocessing leaves them.
public struct CriticisedFlow: FlowBearing {
  public let architecture: Architecture
  public let critic: CriticNetwork
  public let layout: ParameterLayout
  /// The name of the critic's part of the layout.
  static let criticName = "critic"

  public init(_ architecture: Architecture, _ critic: CriticNetwork) {
    let inputs = architecture.dimension + architecture.contextDimension
    precondition(critic.inputs == inputs, "a critic of \(critic.inputs) inputs for \(inputs)")
    (self.architecture, self.critic) = (architecture, critic)
    layout = ParameterLayout(architecture.layout.parts.map { ($0.name, $0.value) } + [(Self.criticName, critic)])
  }

  public var dimension: Int { architecture.dimension }
  public var contextDimension: Int { architecture.contextDimension }
  public var preprocessing: [any Preprocessing] { architecture.preprocessing }
  public var contextPreprocessing: [any Preprocessing] { architecture.contextPreprocessing }
  public var firstMap: (any Bijector)? { architecture.firstMap }
  public func copied() -> CriticisedFlow { CriticisedFlow(architecture.copied(), critic) }

  var flowParts: Range<Int> { 0..<(layout.parts.count - 1) }
  var criticParts: Range<Int> { (layout.parts.count - 1)..<layout.parts.count }
  /// What tiles see of the flow's parameters.
  var flowSlice: Range<Int> { layout.prepared(ofParts: flowParts) }
  private var criticSlice: Range<Int> { layout.prepared(ofParts: criticParts) }

  func flow(_ pass: Pass) -> FlowPass { FlowPass(architecture, pass.slice(flowSlice)) }

  /// The critic at points that have the tile's context.
  func critic(at x: Tile, _ pass: Pass) -> CriticPass {
    var point = x
    if let context = pass.context {
      point = Tile(features: critic.inputs, like: x)
      point.write(x, toRow: 0)
      point.write(context, toRow: dimension)
    }
    return CriticPass(critic, at: point, pass.parameters.slice(criticSlice))
  }

  func addingToCritic(_ gradient: inout Gradient, _ body: (inout Gradient) -> Void) {
    gradient.withSlice(criticSlice, body)
  }
}
