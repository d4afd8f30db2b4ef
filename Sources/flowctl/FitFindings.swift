import FlowKit

extension Fit {
  /// Says what is fitted to.
  func printEvents(_ train: any EventSource, _ validation: (any EventSource)?) {
    let context = train.contextColumns.isEmpty ? "" : " given \(train.contextColumns.listed)"
    print("data   \(train.place): \(train.count.grouped) events of \(train.columns.listed)\(context)")
    if let validation { print("       validation: \(validation.count.grouped) events of \(validation.place)") }
  }

  /// Says what a look at all rows showed: of columns that are alike, the first in full.
  func noteFindings(_ survey: EventSurvey?, _ preprocessing: PreprocessingOptions, _ repeats: String?) {
    let findings = (survey?.findings ?? []).filter {
      !(preprocessing.dequantized + preprocessing.categories).contains($0.column)
    }
    var told: Set<String> = []
    for finding in findings where told.insert(finding.kind.name).inserted {
      Terminal.note("data   \(finding.line)")
      let others = findings.filter { $0.kind.name == finding.kind.name && $0 != finding }.map { "'\($0.column)'" }
      guard !others.isEmpty else { continue }
      Terminal.note(
        "data   the same of \(others.count == 1 ? "the column" : "the columns") \(others.listed)")
    }
    if let repeats { Terminal.note("data   \(repeats)") }
  }
}

extension ColumnFinding.Kind {
  /// The kind without its numbers.
  fileprivate var name: String {
    switch self {
    case .wholeNumbers: "whole"
    case .rounded: "rounded"
    case .fewValues: "few"
    case .spike: "spike"
    case .farOut: "far out"
    case .rowNumbers: "row numbers"
    }
  }
}
