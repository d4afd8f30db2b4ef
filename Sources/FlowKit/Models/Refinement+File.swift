// A refinement as text: JSON, whose decimal digits give back each number.

extension Refinement {
  private struct Contents: Codable {
    static let format = "FlowKit refinement"
    static let version = 1
    var format = Self.format
    var version = Self.version
    let modelDigest: String
    let columns, contextColumns: [String]
    let logBound, acceptance: Double
    let classifiers: [Classifier]
    /// What was said of it when it was made.
    let provenance: [String: String]
  }

  private struct Classifier: Codable {
    let scales: ColumnScales
    let network: Perceptron
    let parameters: [Double]
  }

  /// Where the refinement of a model stands unless it is said: `model.h5` has `model.refinement.json`.
  public static func path(besideModel path: String) -> String {
    let name = path.hasSuffix(".h5") ? String(path.dropLast(3)) : path
    return name + ".refinement.json"
  }

  /// Writes it, in one step.
  public func write(to path: String, provenance: [String: String] = [:]) throws(FlowError) {
    let contents = Contents(
      modelDigest: modelDigest, columns: columns, contextColumns: contextColumns, logBound: logBound,
      acceptance: acceptance,
      classifiers: classifiers.map { classifier in
        Classifier(
          scales: classifier.scales, network: classifier.network,
          parameters: classifier.parameters.map { value in Double(value) })
      }, provenance: provenance)
    try AtomicFile.write(Array(try contents.jsonText().utf8), to: path)
  }

  /// Reads what `write(to:)` wrote.
  ///
  /// - Throws: where the file is something else, was edited, or is of a newer version.
  public init(reading path: String) throws(FlowError) {
    let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
    let contents = try Contents(jsonText: text, path)
    guard contents.format == Contents.format, contents.version == Contents.version else {
      throw FlowError(
        .format, "\(path) is no refinement that this program reads: \(contents.format) \(contents.version)")
    }
    let width = contents.columns.count + contents.contextColumns.count
    func fits(_ classifier: Classifier) -> Bool {
      classifier.scales.means.count == width && classifier.scales.deviations.count == width
        && classifier.network.inputs == width && classifier.network.outputs == 1 && classifier.network.context == 0
        && classifier.parameters.count == classifier.network.parameterCount
    }
    guard !contents.classifiers.isEmpty, contents.classifiers.allSatisfy(fits), contents.logBound.isFinite else {
      throw FlowError(.format, "\(path) is damaged or was edited: its sizes do not fit each other")
    }
    self.init(
      modelDigest: contents.modelDigest, columns: contents.columns, contextColumns: contents.contextColumns,
      logBound: contents.logBound, acceptance: contents.acceptance,
      classifiers: contents.classifiers.map { classifier in
        RatioClassifier(
          scales: classifier.scales, network: classifier.network,
          parameters: classifier.parameters.map { Scalar($0) })
      })
  }
}
