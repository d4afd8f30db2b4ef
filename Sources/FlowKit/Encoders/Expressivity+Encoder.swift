extension Expressivity {
  /// Adds what an encoder before the flow means for its density.
  public mutating func addFinding(of encoder: EncoderArchitecture) {
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
}
