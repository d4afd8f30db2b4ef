/// A network that predicts a label from latents: p(label k | z) = softmax(f(z))ₖ. At first all labels are equally probable.
public struct LabelPredictor: Conditioned {
  public static let parameterPrefix = ""
  /// The labels, in rising order: output k is of `classes[k]`.
  public let classes: [Int]
  public let network: any Conditioner

  public init(classes: [Int], network: any Conditioner) {
    precondition(
      Self.fits(classes, network), "\(network.outputs) outputs for \(classes.count) classes in rising order")
    (self.classes, self.network) = (classes, network)
  }

  private static func fits(_ classes: [Int], _ network: any Conditioner) -> Bool {
    classes.count > 1 && network.outputs == classes.count && network.inputs > 0 && network.context == 0
      && zip(classes, classes.dropFirst()).allSatisfy { $0 < $1 }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case classes, network }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let classes = try container.decode([Int].self, forKey: .classes)
    let network = try container.decode(EncodedNetwork.self, forKey: .network).network
    try DescriptionCheck.require(Self.fits(classes, network), "the predictor of labels does not fit its classes")
    self.init(classes: classes, network: network)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(classes, forKey: .classes)
    try container.encode(EncodedNetwork(network), forKey: .network)
  }
}
