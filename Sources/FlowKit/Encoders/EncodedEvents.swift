/// The latents of the events of a source, as a source: what a flow on latents is fitted to. Weights are those of the events. Their context is
/// that of an encoder that sees it; else it is left out or, where classes are given, the class of each, one-hot.
public struct EncodedEvents: EventSource {
  private let whole: any EventSource
  private let encoder: EventEncoder
  private let classes: LabelClasses?

  /// - Parameter classes: those of the first column of the events' context. A label that is none of them is an error where it is read.
  /// - Throws: where the events have other numbers of columns than the encoder, or no labels for the classes.
  public init(_ whole: any EventSource, _ encoder: EventEncoder, classes: LabelClasses? = nil) throws(FlowError) {
    guard whole.dimension == encoder.dimension else {
      throw FlowError(
        .data, "\(whole.place): \(whole.dimension) columns, but the encoder has \(encoder.dimension)")
    }
    guard classes == nil || whole.contextDimension > 0 else {
      throw FlowError(.data, "\(whole.place): classes are those of a column of labels, and there is none")
    }
    guard encoder.contextDimension == 0 || whole.contextDimension == encoder.contextDimension && classes == nil else {
      throw FlowError(
        .data,
        "\(whole.place): \(whole.contextDimension) columns of context, but the encoder sees \(encoder.contextDimension)"
      )
    }
    (self.whole, self.encoder, self.classes) = (whole, encoder, classes)
  }

  public var columns: [String] { encoder.architecture.latentColumns }
  public var contextColumns: [String] { seesContext ? whole.contextColumns : classes?.columns ?? [] }
  public var contextUnits: [String?] { seesContext ? whole.contextUnits : contextColumns.map { _ in nil } }
  private var seesContext: Bool { encoder.contextDimension > 0 }
  public var hasWeights: Bool { whole.hasWeights }
  public var place: String { whole.place }
  public var droppedRows: Int { whole.droppedRows }
  public var buffer: Int { whole.buffer }
  public var eventsBefore: [Int] { whole.eventsBefore }

  public func reader() throws(FlowError) -> EventReader {
    let (read, evaluator) = (try whole.checkedReader(), encoder.evaluator(threads: 1))
    let (classes, width, place, seesContext) = (classes, whole.contextDimension, whole.place, seesContext)
    return { (index: Int) throws(FlowError) in
      let block = try read(index)
      var context = seesContext ? block.events.context : []
      let latents = evaluator.latents(of: block.events.events, context: context)
      if let classes {
        for event in 0..<(block.events.context.count / width) {
          let label = block.events.context[event * width]
          context += classes.oneHot(try classes.place(of: label, row: block.row(of: event), of: place))
        }
      }
      return EventBlock(
        LabelledEvents(latents, context: context, weights: block.events.weights), rows: block.rows)
    }
  }
}
