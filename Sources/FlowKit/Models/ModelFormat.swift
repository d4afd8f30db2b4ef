/// The layout of a model in an HDF5 file, versions 2 to 4:
///
///     512 bytes            IntegrityBlock
///     /                    attributes format, format_version, element_type, dimension, context_dimension, base, layers,
///                          columns, context_columns; where data gave units: units, context_units
///     /dependent_columns   where some columns determine others: text, each with its place among all columns, and the constant and the
///                          coefficients by which it follows from those of the attribute columns, as JSON
///     /architecture        text: the architecture as JSON
///     /flow/<nn>-<layer>/… one dataset per parameter, attribute shape implied
///     /history/…           epoch, train, valid (NaN without validation), seconds, events_per_second, learning_rate; companion,
///                          where the objective has one
///     /selection/history/… the same of the fit that chose the number of epochs, where another to all events followed
///     /provenance          attributes
///     /automatic/…         what an automatic fit that was interrupted had trained: see AutomaticFitState
///     /fit/…               how training stands and, unless it has ended, the state to resume from: see TrainingCheckpoint
///
/// Version 3 is an ensemble of K flows: base and layers are missing at the root, which has the attribute members = K, and the
/// group /members/<nn> of each has them and all that stands in / of version 2. /provenance is about all of them. A program that
/// knows version 2 alone refuses such a file, instead of taking one of the flows for the model. A file of one flow with a broad
/// component in its architecture, or with dependent columns, which such a program would overlook, says version 3, too.
///
/// Version 4 has an encoder: the flows are densities of its L latents, dimension and columns are those of the events. Beside what
/// stands in / of version 2 or 3 it has
///
///     /encoder                    attributes objective, latent_dimension, options, data_digest, validation_digest
///     /encoder/architecture       text: the encoder and the decoder, if there is one, as JSON; with a contextScaling both see the context
///     /encoder/parameters/<part>/… one dataset per parameter of the networks
///     /encoder/classes            where the flows are conditional on a label, text: its classes and their counts, as JSON; the context
///                                 of the flows is one-hot
///     /encoder/history/…          as of a flow; losses are those of the objective
///     /encoder/fit/…              as of a flow: how its training stands
///
/// Version 1 had neither the integrity block nor /fit, which was /training at first.
/// Data are recorded in the element type they were computed in; either build reads both.
enum ModelFormat {
  /// Of one flow without a broad component.
  static let plainVersion = 2
  /// Of any flows.
  static let flowVersion = 3
  /// With an encoder; the last that this program reads.
  static let newest = 4
  static let encoder = "encoder"
  static let versionKey = "format_version"
  static let membersKey = "members"
  static let dependentColumns = "dependent_columns"

  /// The group of a member.
  static func group(ofMember index: Int) -> String { "members/\(index < 10 ? "0" : "")\(index)" }
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
