/// What a person says about how tables are to be read, beside where they are.
public struct TableReading: Sendable, Equatable, Codable {
  /// Matrices are stored columns by rows, as Julia, R and Fortran write what they show as rows x columns.
  public var isTransposed = false
  /// How many draws to leave out at the beginning of each chain.
  public var burnIn = 0
  /// Of the draws after them, each `thin`-th is read.
  public var thin = 1
  /// Which of the first two axes of a chains x draws array the draws run along; nil takes what the file says of it, else the
  /// longer one.
  public var drawAxis: Int?

  /// Whether numbers are what is stored, also where the file calls them missing: fill values, masked ones, those beyond a valid
  /// range, chunks that were never written.
  public var isAsStored = false

  /// The character between fields of text; nil finds out.
  public var separator: String?

  public init() {}

  /// Whether draws are left out.
  var selectsDraws: Bool { burnIn > 0 || thin > 1 }
}
