import ArgumentParser
import FlowKit

/// How the steps of a training see their rows.
struct LessonArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      Normal noise on the preprocessed rows and contexts of training steps, in standard deviations of each column, falling to 0: a \
      number, or 'rule' for n^(-1/(4+d)) of n rows and d columns. Codes by labels are \
      trained with 'rule' unless this is given; 0 is none.
      """)
  var noise: String?

  @Flag(
    help: """
      Easy rows first: rows that are unlikely by what a tenth of the training has learned count less, until half of it is over.
      """)
  var curriculum = false

  @Option(
    help: "A curriculum by a column of DATA that says how easy a row is: the larger, the easier. It is not fitted.")
  var curriculumBy: String?

  var areGiven: Bool { noise != nil || curriculum || curriculumBy != nil }

  func apply(to options: inout TrainingOptions) throws(FlowError) {
    options.noise = try noise.map { text throws(FlowError) in try TrainingNoise(text) }
    options.curriculum = curriculum || curriculumBy != nil
  }

  /// How easy each row of the training rows is, NaN where a row does not say; nil without such a column.
  func ease(of train: DataLocation, _ access: any TableAccess, buffer: Int) throws(FlowError) -> [Double]? {
    guard let curriculumBy else { return nil }
    let events = try EventSet(
      train, ColumnSelection(columns: [curriculumBy]), skipNonFinite: true, buffer: buffer, access: access)
    guard events.columns.count == 1 else {
      throw FlowError(
        .data, "--curriculum-by is one column, but '\(curriculumBy)' means \(events.columns.joined(separator: ", "))")
    }
    var ease: [Double] = []
    try events.forEachBlock { block in
      for (event, value) in block.events.events.enumerated() {
        let row = block.rows?[event] ?? block.first + event
        ease += [Double](repeating: .nan, count: max(0, row - ease.count)) + [value]
      }
    }
    return ease
  }
}
