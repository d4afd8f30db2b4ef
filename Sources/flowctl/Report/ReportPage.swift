import FlowKit

extension ReportSubject {
  /// - Parameter isBrief: leaves out what takes most of the time, the comparison and the calibration.
  func page(isBrief: Bool = false) throws(FlowError) -> Page {
    try Page(kind: "flowctl report", title: "Report on \(name)", summary: summary, sections: sections(isBrief))
  }

  /// The model's file without its folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// In the order of the page.
  private func sections(_ isBrief: Bool) throws(FlowError) -> [Page.Section] {
    var sections: [Page.Section] = [("What was fitted", "fit", fitSection)]
    if !inferenceSection.isEmpty { sections.append(("Inference", "inference", inferenceSection)) }
    if !model.curves.isEmpty { sections.append(("Training", "training", try trainingSection())) }
    if events.data != nil || events.model != nil {
      sections.append(
        (events.data == nil ? "Draws from the model" : "Data against model", "corner", try cornerSection()))
    }
    if read != nil {
      sections.append(("Quantiles", "quantiles", try quantilesSection()))
      if let latents = try latentSection() { sections.append(("Latent space", "latents", latents)) }
      if !isBrief {
        sections.append(("Comparison", "comparison", try comparisonSection()))
        if let calibration = try calibrationSection() { sections.append(("Calibration", "calibration", calibration)) }
      }
      sections.append(("Least likely rows", "rows", worstRowsSection))
    }
    sections.append(("What the architecture can represent", "expressivity", expressivitySection))
    sections.append(("To repeat it", "repeat", repeatSection))
    sections.append(("Provenance", "provenance", try provenanceSection()))
    return sections
  }
}
