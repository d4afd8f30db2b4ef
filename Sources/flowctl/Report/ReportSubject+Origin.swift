import FlowKit

extension ReportSubject {
  var expressivitySection: [HTML] {
    var contents: [HTML] = [
      .paragraph("What flows of these layers can and cannot represent, proven from what the layers declare.")
    ]
    var before: String?
    for (index, member) in model.members.enumerated() {
      let found = Expressivity.analyze(member.flow.architecture)
      let text = found.report.joined(separator: "\n")
      // Flows of an ensemble mostly have the same.
      if text == before { continue }
      before = text
      if model.members.count > 1 { contents.append("<h3>Flow \(index + 1)</h3>") }
      contents.append(.code(text, label: "Report on the architecture"))
      guard !found.findings.isEmpty else {
        contents.append("<p class=\"verdict\">Nothing was found that these layers lack.</p>")
        continue
      }
      let findings = found.findings.map { finding -> HTML in
        let repair: HTML = finding.repair.map { "<br>Instead: <code>\($0)</code>" } ?? .nothing
        return
          "<li><strong>\(finding.kind.rawValue)</strong>: \(finding.says) Because \(finding.because).\(repair)</li>"
      }
      contents.append("<ul class=\"findings\">\(findings)</ul>")
    }
    return contents
  }

  var repeatSection: [HTML] {
    var lines: [String] = []
    if let command = model.provenance["command"]?.text { lines.append(command) }
    if let command { lines.append(command) }
    var contents: [HTML] = [
      .paragraph(
        "The same program, data, options and seed give the same bits on one type of processor, for any number of threads. These commands made the model and this page, as they were given:"
      ),
      .code(lines.joined(separator: "\n"), label: "Commands"),
    ]
    if let read {
      contents.append(
        .paragraph(
          "Of the rows of \(read.place), \(read.count.grouped) are shown; the seed \(seed) chose them and the draws."))
    }
    return contents
  }

  func provenanceSection() throws(FlowError) -> [HTML] {
    var rows = [
      ["model", path], ["SHA-256 of its file", facts.fileDigest],
      [
        "state of its file",
        facts.digest == nil
          ? "an early format without a digest" : facts.isEdited ? "CHANGED since it was written" : "as it was written",
      ],
      ["format", "version \(facts.formatVersion), \(facts.elementType), \(facts.bytes.grouped) bytes"],
    ]
    if let read {
      rows.append(["rows of this report", read.place])
      if let digest = read.digest { rows.append(["SHA-256 of these rows", digest]) }
      if read.dropped > 0 { rows.append(["left out for values that are not finite", "\(read.dropped.grouped) rows"]) }
    }
    let hidden: Set = ["automatic_plan", "automatic_rounds", "automatic_choices"]
    for (key, value) in model.provenance.sorted(by: { $0.key < $1.key }) where !hidden.contains(key) {
      let text = if let text = value.text { text } else { try value.jsonText() }
      rows.append([key.replacing("_", with: " "), text])
    }
    rows.append(["this report by", "flowctl \(flowKitVersion)"])
    return [.table("Where the model comes from", head: ["what", "value"], rows)]
  }
}
