import FlowKit

/// What `inspect` says of a model's encoder.
struct EncoderLine: Encodable {
  let objective: String
  let metric: String
  let latents: Int
  let network: String
  let decoder, head: String?
  /// The layers of a posterior that is a flow.
  let posterior: String?
  let parameters: Int
  let training: ModelReport.Training?
  let history: [EpochReport]

  init(_ encoding: Model.Encoding) {
    let encoder = encoding.encoder.architecture
    (objective, metric) = (encoding.objective.text, encoder.metric.rawValue)
    (latents, parameters) = (encoder.latentDimension, encoder.parameterCount)
    (network, decoder) = (encoder.encoder.text, encoder.decoder?.text)
    head = encoder.head?.name
    posterior = encoder.posterior.map { LayerList.describing($0.layers) }
    (training, history) = (encoding.training.map { ModelReport.Training($0) }, encoding.history)
  }

  func show() {
    print(
      "encoder     \(network): \(latents) latents\(decoder.map { ", decoder \($0)" } ?? ", no decoder")\(head.map { ", head \($0)" } ?? "")"
    )
    if let posterior { print("            posterior \(posterior)") }
    print("            \(parameters.grouped) parameters, trained by \(objective), columns in the metric '\(metric)'")
    guard let last = history.last else { return }
    let valid = last.valid.map { ", valid \($0.text(digits: 4))" } ?? ""
    print(
      "            \(history.count) epochs, \(last.seconds.text(digits: 1)) s; last losses: train \(last.train.text(digits: 4))\(valid)"
    )
    print("            the flow below is a density of the latents, not of the columns")
  }
}
