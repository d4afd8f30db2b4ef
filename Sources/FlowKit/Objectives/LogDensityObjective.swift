/// Any loss of the log-densities of a batch, given as a function: L(log p(x₁), …, log p(x_N)).
///
/// For an objective with samples, latents or several parts, conform to `BatchObjective` or `SumObjective`.
public struct LogDensityObjective: BatchObjective {
  /// The loss of a batch, and its derivative with respect to each log-density.
  public typealias Loss =
    @Sendable (_ logDensities: [Double], _ weights: [Double]) -> (value: Double, cotangents: [Double])

  public let architecture: Architecture
  private let loss: Loss

  /// - Parameter loss: of the log-densities of a batch's events, in the data's units, and their weights wᵢ / (w̄ N).
  public init(_ architecture: Architecture, _ loss: @escaping Loss) {
    (self.architecture, self.loss) = (architecture, loss)
  }

  public var subject: any Trainable { architecture }
  public var outputCount: Int { 1 }
  public func copied() -> LogDensityObjective { LogDensityObjective(architecture.copied(), loss) }

  public func outputsWithPullback(of tile: EventTile, _ pass: Pass) -> (values: [Double], pullback: OutputPullback) {
    let (values, pullback) = FlowPass(architecture, pass).logDensitiesWithPullback(of: tile.x)
    return (
      (0..<tile.count).map { values[$0] + tile.logDeterminant(of: $0) },
      { cotangents, gradient in _ = pullback(tile.row { cotangents[$0] }, &gradient) }
    )
  }

  public func loss(of batch: OutputBatch) -> (value: Double, cotangents: [Double]) {
    loss(batch.outputs, batch.weights)
  }
}
