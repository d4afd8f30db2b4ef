// What an objective on samples asks of an architecture.

extension Expressivity {
  /// Adds a finding where samples of the flow have no derivative, so that only its densities can train it.
  public mutating func addSampleFindings(of architecture: Architecture) {
    do throws(FlowError) {
      try architecture.checkSamplesAreDifferentiable()
    } catch {
      findings.append(
        Finding(
          .onlyDensities, says: "no objective on samples can train this flow; the likelihood can",
          because: "such an objective needs how samples move with the parameters, and \(error.message)"))
    }
  }
}
