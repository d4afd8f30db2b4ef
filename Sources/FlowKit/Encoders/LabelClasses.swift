/// The classes that events have by a column of labels, and the share of each: of what a flow p(z | label) is conditional on. Its context is
/// one-hot, K numbers, 1 in the place of the event's class and 0 in the others.
public struct LabelClasses: Sendable, Codable, Equatable {
  /// The column.
  public let label: String
  /// The K labels, in rising order.
  public let classes: [Int]
  /// How many training events each has, or their weight.
  public let counts: [Double]

  /// - Precondition: two classes or more, in rising order, each with a count above 0.
  public init(label: String, classes: [Int], counts: [Double]) {
    precondition(
      Self.fits(classes, counts), "\(counts.count) counts above 0 for \(classes.count) classes in rising order")
    (self.label, self.classes, self.counts) = (label, classes, counts)
  }

  /// The classes of the events of a source, by the first column of their context.
  ///
  /// - Throws: where a label is no whole number, all are one, or a class has no weight.
  public init(of events: any EventSource) throws(FlowError) {
    precondition(events.contextDimension > 0, "labels are the context of events")
    let (label, width) = (events.contextColumns[0], events.contextDimension)
    let classes = try labelCounts(events).keys.sorted()
    guard classes.count > 1 else {
      throw FlowError(.data, "\(events.place): the label '\(label)' has one value alone; classes are two or more")
    }
    var counts = [Int: Double]()
    try events.forEachBlock { block in
      for event in 0..<(block.events.context.count / width) {
        counts[Int(block.events.context[event * width]), default: 0] += block.events.weights?[event] ?? 1
      }
    }
    if let empty = classes.first(where: { counts[$0] == 0 }) {
      throw FlowError(.data, "\(events.place): all rows with the label '\(label)' \(empty) have the weight 0")
    }
    self.init(label: label, classes: classes, counts: classes.map { counts[$0]! })
  }

  private static func fits(_ classes: [Int], _ counts: [Double]) -> Bool {
    classes.count > 1 && counts.count == classes.count && counts.allSatisfy { $0 > 0 && $0.isFinite }
      && zip(classes, classes.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// What the columns of the one-hot context, and those of probabilities, are called: `digit=0`, `digit=1` and so on.
  public var columns: [String] { classes.map { "\(label)=\($0)" } }

  /// log πₖ, the share of each class.
  public var logPriors: [Double] {
    let total = counts.reduce(0, +)
    return counts.map { Double.log($0 / total) }
  }

  /// The context of the class in a place.
  public func oneHot(_ place: Int) -> [Double] { classes.indices.map { $0 == place ? 1 : 0 } }

  /// The place of a label.
  ///
  /// - Parameter row: the row of `source` that has it, for messages.
  /// - Throws: where it is none of the classes.
  public func place(of value: Double, row: Int, of source: String) throws(FlowError) -> Int {
    guard let place = classes.firstIndex(where: { Double($0) == value }) else {
      throw FlowError(
        .data,
        "\(source): the label is \(value == value.rounded() && abs(value) < 0x1p53 ? "\(Int(value))" : "\(value)") in row \(row), "
          + "but the training rows have the classes \(classes.map(String.init).joined(separator: ", ")) of '\(label)' alone"
      )
    }
    return place
  }

  /// Throws where an event's label is none of the classes.
  func check(_ events: any EventSource) throws(FlowError) {
    let width = events.contextDimension
    try events.forEachBlock { block throws(FlowError) in
      for event in 0..<(block.events.context.count / width) {
        _ = try place(of: block.events.context[event * width], row: block.row(of: event), of: events.place)
      }
    }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case label, classes, counts }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let classes = try container.decode([Int].self, forKey: .classes)
    let counts = try container.decode([Double].self, forKey: .counts)
    try DescriptionCheck.require(Self.fits(classes, counts), "the classes of labels do not fit their counts")
    self.init(label: try container.decode(String.self, forKey: .label), classes: classes, counts: counts)
  }
}
