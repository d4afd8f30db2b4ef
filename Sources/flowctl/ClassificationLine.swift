import FlowKit

/// What is said of probabilities of labels, whose true ones are known.
struct ClassificationLine: Encodable {
  let count: Int
  let accuracy, logLoss, calibrationError: JSONNumber

  init(_ scores: ClassificationScores) {
    (count, accuracy) = (scores.count, JSONNumber(scores.accuracy))
    (logLoss, calibrationError) = (JSONNumber(scores.logLoss), JSONNumber(scores.calibrationError))
    let numbers = [scores.accuracy, scores.logLoss, scores.calibrationError].map { $0?.text(digits: 4) ?? "none" }
    text =
      "accuracy \(numbers[0]), log-loss \(numbers[1]) nats, expected calibration error \(numbers[2]), of "
      + "\(scores.count.grouped) events"
  }

  let text: String

  private enum CodingKeys: CodingKey { case count, accuracy, logLoss, calibrationError }
}
