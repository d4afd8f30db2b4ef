/// The latents of the events of a source, as a source: what a flow on latents is fitted to. Weights are those of the events; a context
/// is left out.
public struct EncodedEvents: EventSource {
  private let whole: any EventSource
  private let encoder: EventEncoder

  /// - Throws: where the events have other numbers of columns than the encoder.
  public init(_ whole: any EventSource, _ encoder: EventEncoder) throws(FlowError) {
    guard whole.dimension == encoder.dimension else {
      throw FlowError(
        .data, "\(whole.place): \(whole.dimension) columns, but the encoder has \(encoder.dimension)")
    }
    (self.whole, self.encoder) = (whole, encoder)
  }

  public var columns: [String] { encoder.architecture.latentColumns }
  public var hasWeights: Bool { whole.hasWeights }
  public var place: String { whole.place }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }
  public var eventsBefore: [Int] { whole.eventsBefore }

  public func reader() throws(FlowError) -> EventReader {
    let (read, evaluator) = (try whole.checkedReader(), encoder.evaluator(threads: 1))
    return { (index: Int) throws(FlowError) in
      let block = try read(index)
      return EventBlock(
        LabelledEvents(evaluator.latents(of: block.events.events), weights: block.events.weights), rows: block.rows)
    }
  }
}
