import FlowKit

// The one place where what to do about an error is worded by flowctl's options.

extension FlowError {
  /// What flowctl prints of an error: what was met, where, and what to do.
  var line: String { fix.map { "\(message); \($0.inOptions)" } ?? message }
}

extension ColumnFinding {
  /// What flowctl prints of it.
  var line: String { "\(message); \(fix.inOptions)" }
}

extension Remedy {
  var inOptions: String {
    switch self {
    case .skipNonFinite: "repair the data, or leave such rows out with --skip-non-finite"
    case .skipMissing:
      "leave such rows out with --skip-non-finite, or say what is missing with --missing ('none' for nothing)"
    case .acceptMissing:
      "accept such rows with --skip-non-finite, or say what is missing with --missing ('none' for nothing)"
    case .acceptNonFinite: "repair the data, or accept such rows with --skip-non-finite"
    case .chooseValidation: "give another --valid, or 0 for none"
    case .leaveOut(of: .columns): "leave it out with --columns"
    case .leaveOut(of: .context): "leave it out with --context"
    case .leaveOut(let setting): "leave it out of \(setting.option)"
    case .leaveOutOne(let setting): "leave one of them out with \(setting.option)"
    case .correct(let setting): "correct \(setting.option)"
    case .choose(let setting): "choose them with \(setting.option)"
    case .sayDrawAxis: "say it with --draw-axis 0 or 1"
    case .repairOrChange(let setting): "repair the data, or give other \(setting.option)"
    case .chooseOne(let first, let second): "give it to one of \(first.option) and \(second.option)"
    case .standardize: "use --preprocess standardize"
    case .dequantize(let column): "add noise to it with --dequantize \(column)"
    case .unround:
      "take the values before they were rounded, or divide them by that step and give the column to --dequantize"
    case .fitApart: "fit the other rows alone and keep the share of these, or leave the column out with --columns"
    case .declareMissing(let value):
      "if so, give --missing \(value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)")"
    case .boundBase: "or give a --base such as uniform on that interval"
    case .giveContext: "give rows of it with --context"
    case .giveNoContext: "leave out --context"
    case .replaceOutput: "choose another name, or replace it with --force"
    case .beginAnew: "give what it was begun with, or begin anew with --force"
    case .keepState: "fit with --keep-state to go on later, or begin anew with --force"
    case .acceptEdited: "copy it again, or read a file edited on purpose with --accept-edited"
    case .giveModel: "give a file that 'flowctl fit' wrote"
    }
  }
}

extension Remedy.Setting {
  fileprivate var option: String {
    switch self {
    case .columns: "--columns"
    case .context: "--context"
    case .contextEmbedding: "--context-embedding"
    case .bounds: "--bounds"
    case .circular: "--circular"
    case .dequantized: "--dequantize"
    case .categories: "--categories"
    }
  }
}
