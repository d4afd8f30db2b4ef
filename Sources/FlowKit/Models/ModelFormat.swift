/// The layout of a model in an HDF5 file, versions 2 and 3:
///
///     512 bytes            IntegrityBlock
///     /                    attributes format, format_version, element_type, dimension, context_dimension, base, layers,
///                          columns, context_columns; where data gave units: units, context_units
///     /architecture        text: the architecture as JSON
///     /flow/<nn>-<layer>/… one dataset per parameter, attribute shape implied
///     /history/…           epoch, train, valid (NaN without validation), seconds, events_per_second, learning_rate; companion,
///                          where the objective has one
///     /provenance          attributes
///     /fit/…               how training stands and, unless it has ended, the state to resume from: see TrainingCheckpoint
///
/// Version 1 had neither the integrity block nor /fit, which was /training at first. Version 3 is version 2 with what older
/// programs would overlook: a broad component in the architecture.
/// Data are recorded in the element type they were computed in; either build reads both.
enum ModelFormat {
  static let newest = 3
  static let versionKey = "format_version"

  /// The oldest version that can hold a flow: files stay readable for programs that know all that is in them.
  static func version(of flow: Flow) -> Int { flow.architecture.broad == nil ? 2 : 3 }
}

/// The columns of a history that every epoch has.
struct HistoryColumn {
  let name: String
  let path: WritableKeyPath<EpochReport, Double>

  static var all: [HistoryColumn] {
    [
      HistoryColumn(name: "train", path: \.train), HistoryColumn(name: "seconds", path: \.seconds),
      HistoryColumn(name: "events_per_second", path: \.eventsPerSecond),
      HistoryColumn(name: "learning_rate", path: \.learningRate),
    ]
  }
}
