import FlowKit

/// What is said at the end of a fit whose plan was chosen from the data.
struct AutomaticReport {
  private let output: String
  private let result: AutomaticFitResult
  /// Where the validation events stand.
  private let place: String

  init(_ output: String, _ result: AutomaticFitResult, _ place: String?) {
    (self.output, self.result, self.place) = (output, result, place ?? "the validation events")
  }

  func show(json: Bool) throws(FlowError) {
    if json { return try Line(output, result).printJSON() }
    let flows = result.members.count == 1 ? "one flow" : "\(result.members.count) flows"
    let loss = result.scores.map { scores in
      let mean = scores.mean
      return "validation loss \((-mean.value).text(digits: 4)) nats, standard error \(mean.error.text(digits: 4))"
    }
    print("model  \(output): \(flows) of \(result.chosenEpochs) epochs; \(loss ?? "no validation")")
    guard let review = result.review, let mean = result.scores?.mean.value else { return }
    if let normal = review.normal, let mixture = review.mixture {
      print(
        "       \(Self.gain(mean - normal)) than a normal density, \(Self.gain(mean - mixture)) than a mixture of eight"
      )
    }
    if let training = review.training {
      print(
        "       the loss of training rows is \((-training).text(digits: 4)), \((training - mean).text(digits: 4)) lower"
      )
    }
    let worst = review.worst.map { "\($0.row) (log p \($0.logDensity.text(digits: 1)))" }.joined(separator: ", ")
    print("       worst rows of \(place): \(worst); without them \((-review.meanWithoutWorst).text(digits: 4))")
    for finding in findings(review) { Terminal.note("flowctl: \(finding)") }
  }

  private static func gain(_ nats: Double) -> String {
    "\(abs(nats).text(digits: 4)) nats \(nats < 0 ? "worse" : "better")"
  }

  /// What ought to be known before the model is believed.
  private func findings(_ review: FitReview) -> [String] {
    var findings: [String] = []
    if let gain = review.gain, gain.value < gain.error {
      findings.append(
        result.hasLayers
          ? "the flow is no better than a simple density: few rows, or nothing but noise around one; look at the columns"
          : "no flow was better than \(result.members[0].architecture.base.text) alone: that simple density is the model"
      )
    }
    if let decisive = review.decisive {
      findings.append(
        "\(decisive) of \(result.scores!.logDensities.count) validation rows decide the loss, half of all distance from its "
          + "median is theirs: look at the worst rows before you compare losses")
    }
    return findings
  }

  private struct Line: Encodable {
    let model: String
    let members: Int
    let epochs: Int
    /// −log p of the validation events and its standard error; null without any.
    let valid, validStandardError: JSONNumber
    /// The same of training events, and by a normal density and a mixture of eight; null where there are none.
    let train, normalReference, mixtureReference: JSONNumber
    let worst: [Event]
    let validWithoutWorst: JSONNumber
    /// How few rows decide the loss; null where they do not.
    let decisiveRows: Int?
    let stopped: String

    struct Event: Encodable {
      let row: Int
      let logDensity: JSONNumber
    }

    init(_ output: String, _ result: AutomaticFitResult) {
      (model, members, epochs) = (output, result.members.count, result.chosenEpochs)
      stopped = result.stopped.rawValue
      let (mean, review) = (result.scores?.mean, result.review)
      (valid, validStandardError) = (Self.loss(mean?.value), JSONNumber(mean?.error))
      (train, normalReference) = (Self.loss(review?.training), Self.loss(review?.normal))
      (mixtureReference, validWithoutWorst) = (Self.loss(review?.mixture), Self.loss(review?.meanWithoutWorst))
      worst = review?.worst.map { Event(row: $0.row, logDensity: JSONNumber($0.logDensity)) } ?? []
      decisiveRows = review?.decisive
    }

    private static func loss(_ logDensity: Double?) -> JSONNumber { JSONNumber(logDensity.map { -$0 }) }
  }
}

extension AutomaticFitResult {
  fileprivate var chosenEpochs: Int { rounds.last(where: \.isBest)?.epochs ?? 0 }
}
