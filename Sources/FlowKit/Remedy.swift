/// What to do about an error, as a value: who shows the error words it for the reader, by an API or by options.
///
/// `description` names the API of this library; `flowctl` has words of its own.
public enum Remedy: Sendable, Equatable, Codable {
  /// A part of what a fit is asked for.
  public enum Setting: String, Sendable, Codable {
    case columns, context, contextEmbedding, bounds, circular, dequantized, categories
  }

  /// Leave out rows with values that are not finite.
  case skipNonFinite
  /// Leave out rows with values that the data call missing, or say what is missing.
  case skipMissing
  /// Score rows with values that the data call missing as NaN, or say what is missing.
  case acceptMissing
  /// Score rows with values that are not finite as NaN or −∞.
  case acceptNonFinite
  /// Take another part of the events for validation, or none.
  case chooseValidation
  /// Leave the column that was named out of a setting.
  case leaveOut(of: Setting)
  /// Leave one of the columns that were named out of a setting.
  case leaveOutOne(of: Setting)
  /// Name in a setting what there is.
  case correct(Setting)
  /// Say in a setting what is meant.
  case choose(Setting)
  /// Say along which axis the draws of a chain run.
  case sayDrawAxis
  /// Repair the data, or declare something else of them.
  case repairOrChange(Setting)
  /// Use a column in one of two settings.
  case chooseOne(Setting, Setting)
  /// Scale columns by their standard deviations.
  case standardize
  /// Add uniform noise to the whole numbers of a column.
  case dequantize(String)
  /// Take values as they were before they were rounded, or as whole numbers with noise.
  case unround
  /// Fit the rows without a value that repeats alone, and keep the share of the others.
  case fitApart
  /// Say that a number stands for missing values.
  case declareMissing(Double)
  /// Let the base have no mass where the layers do not reach.
  case boundBase
  /// Give rows of context to a conditional model.
  case giveContext
  /// Give no context to a model that has none.
  case giveNoContext
  /// Write to another file, or replace this one.
  case replaceOutput
  /// Go on with what a fit was begun with, or begin a new one.
  case beginAnew
  /// Keep the optimizer's state in the file of a fit that is over.
  case keepState
  /// Get the file again, or read it as it was edited.
  case acceptEdited
  /// Name a file that holds a model.
  case giveModel
}

extension Remedy: CustomStringConvertible {
  public var description: String {
    switch self {
    case .skipNonFinite: "repair the data, or leave such rows out with skipNonFinite: true"
    case .skipMissing:
      "leave such rows out with skipNonFinite: true, or say what is missing (isAsStored: true for nothing)"
    case .acceptMissing:
      "accept such rows with acceptingNonFinite: true, or say what is missing (isAsStored: true for nothing)"
    case .acceptNonFinite: "repair the data, or accept such rows with acceptingNonFinite: true"
    case .chooseValidation: "give another validation, or .none"
    case .leaveOut(let setting): "leave it out of \(setting)"
    case .leaveOutOne(let setting): "leave one of them out of \(setting)"
    case .correct(let setting): "correct \(setting)"
    case .choose(let setting): "choose with \(setting)"
    case .sayDrawAxis: "set TableReading.drawAxis"
    case .repairOrChange(let setting): "repair the data, or give other \(setting)"
    case .chooseOne(let first, let second): "give it to one of \(first) and \(second)"
    case .standardize: "use PreprocessingOptions.Scaling.standardize"
    case .dequantize(let column): "add '\(column)' to PreprocessingOptions.dequantized"
    case .unround:
      "take the values before they were rounded, or divide them by that step and add them to "
        + "PreprocessingOptions.dequantized"
    case .fitApart: "fit the other rows alone and keep the share of these, or leave the column out"
    case .declareMissing(let value): "read such values as missing with MissingValueAccess([\(value)])"
    case .boundBase: "or give a base such as Uniform on that interval"
    case .giveContext: "give rows of it as context"
    case .giveNoContext: "leave it out"
    case .replaceOutput: "choose another name, or replace it"
    case .beginAnew: "give what it was begun with, or begin anew"
    case .keepState: "write models with keepingState: true"
    case .acceptEdited: "copy it again, or read a file edited on purpose with acceptingEdited: true"
    case .giveModel: "give a file that Model.write(to:) wrote"
    }
  }
}

extension Remedy.Setting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .columns: "ColumnSelection.columns"
    case .context: "ColumnSelection.context"
    case .contextEmbedding: "the widths of contextEmbedding"
    case .bounds: "PreprocessingOptions.bounds"
    case .circular: "PreprocessingOptions.circular"
    case .dequantized: "PreprocessingOptions.dequantized"
    case .categories: "PreprocessingOptions.categories"
    }
  }
}
