extension Expressivity {
  /// Adds what an encoder before the flow means for its density.
  public mutating func addFinding(of encoder: EncoderArchitecture) {
    guard encoder.head == nil else { return findings.append(Self.ofBound(encoder)) }
    let (columns, latents) = (encoder.dimension, encoder.latentDimension)
    let isSmaller = latents < columns
    let code = "the flow is a density of \(latents) latents, which says nothing of what the encoder leaves out"
    let surface =
      encoder.decoder == nil
      ? ", and nothing leads back to events"
      : isSmaller ? "; what the decoder makes of draws lies on a surface of at most \(latents) dimensions" : ""
    findings.append(
      Finding(
        .notInvertible,
        says: isSmaller
          ? "the encoder cannot be inverted: there is no density of the \(columns) columns; \(code)\(surface)"
          : "the encoder is not known to have an inverse: \(code)\(surface)",
        because: isSmaller
          ? "a continuous map from \(columns) to \(latents) dimensions is never one to one, so that events that differ have "
            + "one code (invariance of domain)"
          : "networks of \(latents) latents for \(columns) columns may be one to one or not: nothing in them sees to it",
        source: isSmaller ? "Brouwer 1912" : ""))
  }

  private static func ofBound(_ encoder: EncoderArchitecture) -> Finding {
    Finding(
      .notInvertible,
      says:
        "log p of the \(encoder.dimension) columns is not computed but bounded from below; the flow is the prior of "
        + "\(encoder.latentDimension) latents",
      because: "p(x) is an integral of p(x | z) p(z) over the latents, of which draws give a bound",
      source: "Kingma & Welling 2014")
  }
}
