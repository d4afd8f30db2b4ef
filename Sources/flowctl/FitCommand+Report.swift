import FlowKit

// The page on a fit that is over.

extension Fit {
  /// Throws before the fit where its page could not be written.
  func checkReport() throws(FlowError) {
    guard let path = ensembles.report else { return }
    guard path != output else {
      throw FlowError(.file, "-o and --report both name \(path); give them names of their own")
    }
    try OutputPath.check(path, force: force || resume, inputs: [DataLocation(data).file])
    try Gnuplot.checkInstalled()
  }

  /// Of the test rows, else of the rows that have chosen the epoch, else of those that were fitted.
  func writeReport(_ train: any EventSource, _ validation: (any EventSource)?) throws(FlowError) {
    // Who has stopped a fit does not wait for its page.
    guard let path = ensembles.report, !Interrupts.isPending, JobProcess.isFirst else { return }
    let model = try ModelReading.model(output)
    let most = EventReading.usualRows
    let source: any EventSource = if let test = try testEvents(like: train) { test } else { validation ?? train }
    let read = try ReadEvents(source, atMost: most, seed: seed)
    try ReportSubject(model, output, read, draws: most, seed: seed).page().write(to: path)
    if !json { print("wrote \(path)") }
  }

  /// The test part of the data, with the columns that were fitted; nil without one, or where context or weights stand elsewhere.
  private func testEvents(like train: any EventSource) throws(FlowError) -> EventSet? {
    let access = try missing.access(reading.access())
    let parts = try access.parts(of: DataLocation(data))
    guard let test = parts.test else { return nil }
    var selection = try FitSelection(
      columns: columns, context: context, weights: weights, leavingOut: lessons.curriculumBy, parts, access
    ).train
    guard selection.contextTable == nil, selection.weightsTable == nil else { return nil }
    (selection.columns, selection.context) = (train.columns, train.contextColumns)
    return try EventSet(test, selection, skipNonFinite: true, access: access)
  }
}
