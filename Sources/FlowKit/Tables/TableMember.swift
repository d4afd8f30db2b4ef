/// A dataset, as tables may use it: which of its axes are rows, what its columns are called, and what in it is no real number.
struct TableMember {
  struct Column {
    /// What it is called beside columns of other datasets.
    var name: String
    /// What it is called where its dataset is the whole table.
    var ownName: String
    /// Its path in the file.
    var path: String
    /// Why it is read only if it is named: a label of rows, a part of complex numbers; nil for others.
    var aside: String?
    /// What it holds in place of real numbers.
    var problem: String?

    static let label = "a label"
    static let mask = "a mask"

    /// Whether it is read where nobody names it.
    var isTaken: Bool { aside == nil && problem == nil }
  }

  let location: DataLocation
  /// For lists: `/train (3918 x 11 float32)`.
  let description: String
  let shape: [Int]
  /// Nil where no table can be made of it: `complaint` says why.
  var layout: AxisLayout?
  var complaint: FlowError?
  var columns: [Column] = []
  /// Whether the file names the columns of this dataset.
  var hasNames = false
  /// It holds compound values.
  let isRecord: Bool
  /// It is one column, whichever way it lies, not a matrix that happens to have one.
  private(set) var isVector = false
  /// It only labels rows.
  var isLabel = false
  private(set) var isSparse = false
  /// A link that leads nowhere.
  var isBrokenLink = false
  var mark: OutputMark?
  var chains = ChainAxes()
  /// Where the rows of context stand that belong to samples, and for how many samples each.
  var context: (path: String, repeats: Int)?
  /// How many columns are the dataset's own; those of the context follow.
  var ownColumns = 0

  /// The number of rows before draws are left out.
  private(set) var storedRows = 0

  /// The number of rows; 0 where no table can be made of it.
  var rows: Int { layout?.rows ?? 0 }
  /// The columns that are read where nobody names any.
  var taken: [Int] { columns.indices.filter { columns[$0].isTaken } }
  /// A matrix, compound values or a cube, not a single column.
  var isTable: Bool { ownColumns > 1 || isRecord }

  init(
    _ dataset: borrowing HDF5.Dataset, reading: TableReading, root: borrowing HDF5.Group
  ) throws(FlowError) {
    location = dataset.location
    shape = dataset.shape
    description = Self.describe(dataset)
    isRecord = if case .compound = dataset.type { true } else { false }
    mark = try OutputMark.of(dataset)
    if dataset.shape.count > 1, dataset.type.isNumeric { chains.names = dataset.axisNames() }
    do throws(FlowError) {
      // What is wrong with this dataset is not to hide the others.
      let conventions = dataset.type.isNumeric ? try TableConventions(of: dataset) : TableConventions()
      isLabel = conventions.isLabel
      if let complaint = Self.complaint(about: dataset, conventions) {
        self.complaint = complaint
      } else {
        layout = try layout(conventions, reading)
        // MATLAB's vectors have two axes like everything there.
        let isRow = conventions.isTransposed && shape.count == 2 && shape.contains(1)
        isVector = !isRecord && (layout!.columnAxes.isEmpty || isRow)
      }
      if conventions.isNoData == nil { try describeColumns(of: dataset, root: root) }
    } catch {
      layout = nil
      complaint = error
    }
  }

  /// What no table can be made of.
  init(_ location: DataLocation, description: String, _ complaint: FlowError) {
    (self.location, self.description, self.complaint) = (location, description, complaint)
    (shape, isRecord) = ([], false)
  }

  static func describe(_ dataset: borrowing HDF5.Dataset) -> String {
    "\(dataset.location.objectPath) (\(HDF5.text(dataset.shape)) \(dataset.type))"
  }

  /// Why a dataset holds no rows of numbers, whatever its shape.
  private static func complaint(
    about dataset: borrowing HDF5.Dataset, _ conventions: TableConventions
  ) -> FlowError? {
    let location = dataset.location
    if case .compound = dataset.type {
      guard dataset.shape.count != 1 else { return nil }
      return FlowError(
        .format,
        "\(location) is a \(dataset.shape.count)-D dataset (\(HDF5.text(dataset.shape))) of \(dataset.type) values; "
          + "a table of them is 1-D")
    }
    let other = dataset.type.isNumeric ? conventions.isNoData : dataset.type.description
    return other.map { FlowError(.format, "\(location) holds \($0), not numbers; name a dataset of numbers") }
  }

  /// Which axes are rows.
  private func layout(_ conventions: TableConventions, _ reading: TableReading) throws(FlowError) -> AxisLayout {
    let isTransposed = conventions.isTransposed != reading.isTransposed
    func rows(_ axes: Int...) throws(FlowError) -> AxisLayout {
      let layout = AxisLayout(shape: shape, rows: axes)
      // More rows or columns than can be counted are those of a damaged file.
      guard !layout.isTooLarge else {
        throw FlowError(.format, "\(location) is too large to be a table (\(HDF5.text(shape)))")
      }
      return layout
    }
    switch shape.count {
    case 1: return try rows(0)
    case 2 where chains.isNamed: return try rows(0, 1)
    // A vector of MATLAB's has two axes like everything there.
    case 2 where conventions.isTransposed && shape.contains(1): return try rows(shape[0] == 1 ? 1 : 0)
    case 2: return try rows(isTransposed ? 1 : 0)
    case 3 where mark == .samples: return try rows(0, 1)
    case 3 where isTransposed: return try rows(1, 2)
    case 3... where chains.isNamed: return try rows(0, 1)
    case 3 where chains.names.contains(nil): return try rows(0, 1)
    default:
      let names = chains.names.allSatisfy { $0 != nil } && !chains.names.isEmpty
      let axes = names ? chains.names.map { $0! }.joined(separator: " x ") : HDF5.text(shape)
      throw FlowError(
        .format,
        "\(location) is \(shape.count)-D (\(axes)); a table needs a 2-D dataset, rows x columns, a 1-D dataset, or chains x "
          + "draws x columns")
    }
  }

  /// Reads a matrix beside chains x draws x columns as one of their columns, if it has as many chains and draws.
  mutating func flatten() {
    layout = AxisLayout(shape: shape, rows: [0, 1])
    columns = [Self.single(location)]
    (hasNames, ownColumns, isVector) = (false, 1, true)
  }

  /// Reads compound values with two axes, chains and draws, one after the other.
  mutating func takeBothAxes() {
    (layout, complaint) = (AxisLayout(shape: shape, rows: [0, 1]), nil)
  }

  /// The parts of a sparse matrix, as SciPy, AnnData and 10x Genomics write them, are columns of nothing.
  mutating func refuseAsSparse(_ group: DataLocation) {
    (layout, columns, isSparse) = (nil, [], true)
    complaint = FlowError(
      .format, "\(group) is a sparse matrix (data, indices, indptr), which is not read; write it as a dense one")
  }

  mutating func readOnlyIfNamed(_ why: String = Column.label) {
    isLabel = true
    for index in columns.indices { columns[index].aside = why }
  }

  /// Takes the draws that are to be read.
  mutating func selectDraws(_ reading: TableReading) {
    guard var layout else { return }
    storedRows = layout.rows
    do throws(FlowError) {
      if mark == .samples, layout.rowAxes.count > 1, reading.selectsDraws {
        throw FlowError(.data, "\(location) holds samples of a model, which are no chains")
      }
      try chains.select(reading, in: &layout, of: location)
      self.layout = layout
    } catch {
      self.layout = nil
      complaint = error
    }
  }
}

extension AxisLayout {
  fileprivate var isTooLarge: Bool {
    func overflows(_ sizes: [Int]) -> Bool {
      sizes.reduce((1, false)) { product, size in
        let (value, overflow) = product.0.multipliedReportingOverflow(by: size)
        return (value, product.1 || overflow)
      }.1
    }
    return overflows(rowAxes.map(\.count)) || overflows(columnAxes.map(\.size)) || columns > ColumnNames.limit
  }
}
