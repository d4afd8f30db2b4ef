import ArgumentParser
import FlowKit

/// A comma-separated list of columns: names, paths, indices, patterns, and what to leave out. What every `--columns` takes.
struct ColumnList: ExpressibleByArgument {
  let names: [String]

  static let help = "by name, path or index, as patterns ('p*'), or what to leave out ('!label' or '*,!id')"

  init?(argument: String) {
    guard let list = CommaSeparated(argument: argument) else { return nil }
    names = list.names
  }
}

/// How the arrays of data files are to be understood: what every command that reads data takes.
struct ReadingArguments: ParsableArguments {
  @Flag(help: "Matrices are stored columns by rows, as Julia, R and Fortran write what they show as rows x columns.")
  var transpose = false

  @Option(parsing: .unconditional, help: "Leave out so many draws at the beginning of each chain.")
  var burnIn: Int?

  @Option(parsing: .unconditional, help: "Of the draws of a chain, read one in so many.")
  var thin: Int?

  @Option(
    parsing: .unconditional,
    help:
      "Which axis of chains x draws the draws run along, 0 or 1; by default what the file says, else the longer one.")
  var drawAxis: Int?

  /// Access to data files that understands them so.
  func access() throws(FlowError) -> ContainedAccess {
    var reading = TableReading()
    reading.isTransposed = transpose
    if let burnIn, burnIn != 0 {
      reading.burnIn = try OptionCheck.positive(burnIn, "--burn-in", atMost: .max)
    }
    if let thin { reading.thin = try OptionCheck.positive(thin, "--thin", atMost: 1 << 40) }
    if let drawAxis {
      guard (0...1).contains(drawAxis) else { throw FlowError(.data, "--draw-axis is 0 or 1, got \(drawAxis)") }
      reading.drawAxis = drawAxis
    }
    return ContainedAccess.shared.reading(reading)
  }
}

/// Columns of DATA, or DATA of their own: what `--context` and `--weights` take.
enum ColumnsOrData: Equatable {
  case columns([String])
  case data(DataLocation)

  /// DATA is a file that exists, or that is written as one: with a path in it, or an ending that data files have.
  init(_ text: String) throws(FlowError) {
    let location = DataLocation(text)
    let isThere = OutputPath.exists(location.file) && (location.file.contains(".") || location.path != nil)
    if isThere || text.contains(":/") || TableFormat.isKnown(location.file) && !text.contains(",") {
      self = .data(location)
      return
    }
    guard let list = ColumnList(argument: text) else {
      throw FlowError(.data, "'\(text)' is neither DATA nor a list of columns: a name is missing between commas")
    }
    self = .columns(list.names)
  }

  var columns: [String]? { if case .columns(let names) = self { names } else { nil } }
  var location: DataLocation? { if case .data(let location) = self { location } else { nil } }
}

extension [String] {
  /// Prints sentences on how data were read.
  func note() { for sentence in self { Terminal.note(sentence) } }
}

/// A hint where a table is probably meant the other way round.
enum ShapeHint {
  static func text(rows: Int, columns: Int, isTransposed: Bool) -> String? {
    guard columns >= 20, columns > 4 * rows else { return nil }
    let what = rows == 1 ? "if this is a column, read it" : "if these are \(rows.grouped) columns, read them"
    return "\(columns.grouped) columns and only \(rows.grouped) row\(rows == 1 ? "" : "s"): "
      + (isTransposed ? "perhaps without --transpose?" : "\(what) with --transpose")
  }
}
