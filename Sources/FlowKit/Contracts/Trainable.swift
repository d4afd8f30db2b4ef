/// A description of something with parameters that a `Trainer` trains: a flow's architecture, or a composite of one's own,
/// such as an encoder, a flow and a critic.
///
/// It is immutable; θ, laid out as `layout` says, belongs to the trainer.
public protocol Trainable: Sendable {
  /// Where each part's parameters stand.
  var layout: ParameterLayout { get }
  /// D and C of the events that training sees.
  var dimension: Int { get }
  var contextDimension: Int { get }
  /// What is done to events and contexts once, when they are loaded, in Double; nothing by default.
  var preprocessing: [any Preprocessing] { get }
  var contextPreprocessing: [any Preprocessing] { get }
  /// The map that preprocessed events meet first, if one takes only some values, such as those between 0 and 1; nil by
  /// default. An event outside its domain is an error in training.
  var firstMap: (any Bijector)? { get }
  /// Whether contexts are labels to learn from, which no noise may change; false by default.
  var hasLabels: Bool { get }
  /// The same value for another worker, which may be in objects of its own; by default itself.
  func copied() -> Self
}

extension Trainable {
  public var contextDimension: Int { 0 }
  public var preprocessing: [any Preprocessing] { [] }
  public var contextPreprocessing: [any Preprocessing] { [] }
  public var firstMap: (any Bijector)? { nil }
  public var hasLabels: Bool { false }
  public func copied() -> Self { self }
}
