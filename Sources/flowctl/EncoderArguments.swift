import ArgumentParser
import FlowKit

/// An encoder that makes latents of the columns, to which the flow is fitted.
struct EncoderArguments: ParsableArguments {
  @Option(
    help: """
      Put a network before the flow: its hidden widths, such as 128x128, or linear, then other arguments, such as activation=tanh. It \
      is trained by --objective \(EncoderObjective.names.joined(separator: ", ")), then the flow is fitted to its latents.
      """)
  var encoder: String?

  @Option(parsing: .unconditional, help: "How many latents the encoder has.")
  var latent: Int?

  @Option(help: "The network that leads back, written as the encoder's; by default its widths in the other order.")
  var decoder: String?

  var isGiven: Bool { encoder != nil }

  /// What is to be fitted before the flow.
  struct Plan {
    let encoder: String
    let latents: Int
    let decoder: String?
    let objective: EncoderObjective
  }

  /// - Throws: where options contradict each other, or a text describes nothing.
  func plan(of fit: Fit) throws(FlowError) -> Plan? {
    guard let encoder else {
      if latent != nil || decoder != nil {
        throw FlowError(.architecture, "--latent and --decoder belong to --encoder, such as --encoder 128x128")
      }
      let name = fit.objective.objective.map { String($0.prefix { $0 != "(" }) }
      if let name, EncoderObjective.names.contains(name) {
        throw FlowError(
          .architecture, "\(name) trains an encoder; give one, such as --encoder 128x128 --latent 8")
      }
      return nil
    }
    guard let latent else {
      throw FlowError(.architecture, "how many latents is the encoder to have? give --latent")
    }
    let latents = try OptionCheck.positive(latent, "--latent", atMost: 65_536)
    let others: [(String, Bool)] = [
      ("--context", fit.context != nil), ("--context-embedding", fit.contextEmbedding != nil),
      ("--noise, --curriculum and --curriculum-by", fit.lessons.areGiven),
      ("--likelihood-weight", fit.objective.likelihoodWeight != nil), ("--report", fit.ensembles.report != nil),
      ("the options of preprocessing", fit.preprocessing.areGiven),
    ]
    if let other = others.first(where: \.1) {
      throw FlowError(.architecture, "\(other.0) cannot be given with --encoder")
    }
    let objective = try EncoderObjective(fit.objective.objective ?? ReconstructionCriterion.name)
    for text in [encoder, decoder] where text != nil { _ = try CodeNetwork(text!, inputs: 1, outputs: 1) }
    return Plan(encoder: encoder, latents: latents, decoder: decoder, objective: objective)
  }
}
