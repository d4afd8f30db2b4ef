import FlowKit

/// Events in memory that pictures show: of data, drawn from a model, or both.
struct PictureEvents {
  let columns: [String]
  let units: [String?]
  /// N × D, row-major, and where they come from.
  var data: Rows?
  var model: Rows?

  struct Rows {
    let values: [Double]
    var weights: [Double]?
    /// What a legend calls them.
    let name: String
  }

  var dimension: Int { columns.count }

  /// One column of those that are there.
  func samples(_ column: Int) -> [SortedColumn] {
    [data, model].compactMap { $0 }.map {
      SortedColumn($0.values, column: column, of: dimension, weights: $0.weights)
    }
  }

  func values(_ column: Int, _ rows: Rows) -> [Double] {
    stride(from: column, to: rows.values.count, by: dimension).map { rows.values[$0] }
  }

  /// Which columns a picture shows that has room for `most`.
  func chosen(atMost most: Int) -> [Int] {
    PictureColumns.chosen(
      data?.values ?? model!.values, weights: data?.weights, model: data == nil ? nil : model?.values,
      dimension: dimension, atMost: most)
  }

  /// A sentence on the columns that are not shown; nil where all are.
  func leftOutText(_ shown: [Int]) -> String? {
    guard shown.count < dimension else { return nil }
    let why =
      data != nil && model != nil
      ? "in which data and model differ most" : "that depend most on another one"
    return "\(shown.count) of \(dimension) columns: those \(why)"
  }
}

extension PictureEvents.Rows {
  func count(_ dimension: Int) -> Int { values.count / dimension }
}
