/// An encoder whose events come with labels, as their context: what it is trained by that learns from labels. Parts that are trained
/// beside it stand behind its own. Without labels the context is that of the encoder.
public struct LabelledEncoder: Trainable {
  public let architecture: EncoderArchitecture
  /// How many columns of labels there are.
  public let labels: Int
  public let layout: ParameterLayout
  private let beside: [(name: String, value: any Parameterized)]

  public init(_ architecture: EncoderArchitecture, labels: Int, beside: [(name: String, value: any Parameterized)] = [])
  {
    precondition(
      labels == 0 || architecture.contextDimension == 0, "the context of an encoder that learns from labels is these")
    (self.architecture, self.labels, self.beside) = (architecture, labels, beside)
    layout = ParameterLayout(architecture.layout.parts.map { ($0.name, $0.value) } + beside.map { ($0.name, $0.value) })
  }

  public var dimension: Int { architecture.dimension }
  public var contextDimension: Int { labels + architecture.contextDimension }
  public var hasLabels: Bool { labels > 0 }
  public var preprocessing: [any Preprocessing] { architecture.preprocessing }
  public var contextPreprocessing: [any Preprocessing] { architecture.contextPreprocessing }
  public func copied() -> LabelledEncoder {
    LabelledEncoder(architecture.copied(), labels: labels, beside: beside)
  }
}

/// How many events of a source have each label of one of its columns of context.
///
/// - Parameter isCounted: whether an event of a context is looked at.
/// - Throws: where a label is no whole number.
func labelCounts(
  _ events: any EventSource, column: Int = 0, where isCounted: (ArraySlice<Double>) -> Bool = { _ in true }
) throws(FlowError) -> [Int: Int] {
  var counts: [Int: Int] = [:]
  let (width, name) = (events.contextDimension, events.contextColumns[column])
  try events.forEachBlock { block throws(FlowError) in
    for event in 0..<(block.events.context.count / width) {
      guard isCounted(block.events.context[(event * width)..<((event + 1) * width)]) else { continue }
      let label = block.events.context[event * width + column]
      guard label == label.rounded(), abs(label) <= 0x1p24 else {
        throw FlowError(
          .data,
          "\(events.place): the label '\(name)' is \(label) in row \(block.row(of: event)); labels are whole numbers")
      }
      counts[Int(label), default: 0] += 1
    }
  }
  return counts
}
