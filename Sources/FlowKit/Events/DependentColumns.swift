/// Columns that others determine, so that all of them together have no density: constant columns, copies, linear combinations.
/// A density is one of the columns that are kept; the others follow from an event.
public struct DependentColumns: Sendable, Equatable {
  /// x = c + Σ bₖ xₖ over the columns that are kept; a constant where all bₖ are 0.
  public struct Column: Sendable, Equatable, Codable {
    public var name: String
    public var unit: String?
    /// Its place among all columns, from 0 on.
    public var place: Int
    /// c.
    public var constant: Double
    /// bₖ, one for each column that is kept.
    public var coefficients: [Double]

    public init(name: String, unit: String? = nil, place: Int, constant: Double, coefficients: [Double]) {
      (self.name, self.unit, self.place) = (name, unit, place)
      (self.constant, self.coefficients) = (constant, coefficients)
    }

    var isConstant: Bool { coefficients.allSatisfy { $0 == 0 } }

    func value(_ kept: ArraySlice<Double>) -> Double {
      zip(coefficients, kept).reduce(constant) { $1.0 == 0 ? $0 : $0 + $1.0 * $1.1 }
    }

    /// Whether a value is that which follows, but for what numbers of 24 bits lose when they are added.
    func agrees(_ value: Double, with kept: ArraySlice<Double>) -> Bool {
      let size = zip(coefficients, kept).reduce(abs(constant) + abs(value)) { $0 + abs($1.0 * $1.1) }
      return abs(value - self.value(kept)) <= 0x1p-21 * size
    }

    /// As `'sum' = 'a' + 2·'b' − 3`.
    func text(_ names: [String]) -> String {
      if isConstant { return "'\(name)' is \(constant.short) in every row" }
      var terms: [(sign: Double, text: String)] = zip(coefficients, names).compactMap { b, other in
        b == 0 ? nil : (b, abs(b) == 1 ? "'\(other)'" : "\(abs(b).short)·'\(other)'")
      }
      if constant != 0 { terms.append((constant, abs(constant).short)) }
      let first = (terms[0].sign < 0 ? "−" : "") + terms[0].text
      return terms.dropFirst().reduce("'\(name)' = \(first)") { $0 + ($1.sign < 0 ? " − " : " + ") + $1.text }
    }
  }

  /// In the order of their places.
  public private(set) var columns: [Column]

  public static let none = DependentColumns([])

  public init(_ columns: [Column]) { self.columns = columns.sorted { $0.place < $1.place } }

  public var isEmpty: Bool { columns.isEmpty }

  /// A sentence for each.
  ///
  /// - Parameter kept: the names of the columns that are kept.
  public func texts(_ kept: [String]) -> [String] { columns.map { $0.text(kept) } }

  /// What belongs to all columns, in their order, from what belongs to those that are kept.
  public func merging<Value>(_ kept: [Value], with own: (Column) -> Value) -> [Value] {
    var result = kept
    for column in columns { result.insert(own(column), at: column.place) }
    return result
  }

  /// Whole events from their kept columns: N × D′ values, row-major, to N × D.
  ///
  /// - Parameter width: D′.
  public func completing(_ kept: [Double], width: Int) -> [Double] {
    guard !isEmpty else { return kept }
    var result: [Double] = []
    result.reserveCapacity(kept.count / width * (width + columns.count))
    for start in stride(from: 0, to: kept.count, by: width) {
      let row = kept[start..<(start + width)]
      result += merging(Array(row)) { $0.value(row) }
    }
    return result
  }

  /// The kept columns of whole events, and whether in each event the others are what follows from these.
  ///
  /// - Parameter width: D.
  public func separating(_ rows: [Double], width: Int) -> (kept: [Double], agree: [Bool]) {
    guard !isEmpty else { return (rows, Array(repeating: true, count: rows.count / width)) }
    let places = kept(of: width)
    var (kept, agree) = ([Double](), [Bool]())
    kept.reserveCapacity(rows.count / width * places.count)
    for start in stride(from: 0, to: rows.count, by: width) {
      let first = kept.count
      for place in places { kept.append(rows[start + place]) }
      let row = kept[first...]
      agree.append(columns.allSatisfy { $0.agrees(rows[start + $0.place], with: row) })
    }
    return (kept, agree)
  }

  /// The places of the columns that are kept, of D.
  func kept(of width: Int) -> [Int] {
    let places = Set(columns.map(\.place))
    return (0..<width).filter { !places.contains($0) }
  }
}
