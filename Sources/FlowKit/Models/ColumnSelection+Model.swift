extension ColumnSelection {
  /// The columns of `location` that `model` was fitted to: by name where the data have those names, else by place where
  /// the number of columns fits.
  ///
  /// - Parameters:
  ///   - columns: which columns are the model's events, in its order, if their names are not those of the model.
  ///   - contextColumns: the same of its context.
  ///   - context: where the model's context stands, if not beside the events.
  ///   - leavingOutContext: takes no context, also of a model that has one.
  ///   - includingDependent: takes those, too, that the columns of the density determine, in the order of the data.
  public init(
    for model: Model, in location: DataLocation, columns: [String]? = nil, contextColumns: [String]? = nil,
    context: DataLocation? = nil, includingDependent: Bool = false, leavingOutContext: Bool = false,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    if context != nil || contextColumns != nil, model.contextColumns.isEmpty {
      throw FlowError(.data, "the model has no context, but some is given", fix: .giveNoContext)
    }
    let isBeside = context == nil && !leavingOutContext && !model.contextColumns.isEmpty
    let (events, others) = try Self.columns(
      [columns ?? model.allColumns, isBeside ? contextColumns ?? model.contextColumns : []],
      of: model.allColumns + (isBeside ? model.contextColumns : []), given: columns != nil || contextColumns != nil,
      in: location, access)
    let kept = model.dependent.kept(of: events.count).map { events[$0] }
    self.init(columns: includingDependent ? events : kept, context: others, contextTable: context)
    guard let context else { return }
    self.context = try Self.columns(
      [model.contextColumns, []], of: model.contextColumns, given: false, in: context, access
    ).0
  }

  /// The names of the events' and the context's columns in the data.
  static func columns(
    _ parts: [[String]], of wanted: [String], given: Bool, in location: DataLocation, _ access: any TableAccess
  ) throws(FlowError) -> ([String], [String]) {
    let asked = parts[1].isEmpty ? [parts[0]] : parts
    let failure: FlowError
    do throws(FlowError) {
      let named = try access.table(location, parts: asked)
      if given
        || zip(named.columns, wanted).allSatisfy({ $0 == $1 || $1.hasSuffix("/" + $0) || $0.hasSuffix("/" + $1) })
      {
        guard named.columns.count == wanted.count else { throw misfit(wanted, named.location, named.columns) }
        return (parts[0], parts[1])
      }
      failure = misfit(wanted, named.location, named.allColumns)
    } catch {
      failure = error
    }
    if given { throw failure }
    let data: any RandomAccessTable
    do throws(FlowError) { data = try access.table(location) } catch {
      // Names that are nowhere say less than what is there; names in several places say more.
      throw failure.kind == .format ? failure : error
    }
    let modelHasNames = wanted != wanted.indices.map(String.init)
    guard !(modelHasNames && data.hasNames), data.columns.count == wanted.count else {
      throw misfit(wanted, data.location, data.columns)
    }
    let events = wanted.count - parts[1].count
    return (Array(data.columns[..<events]), Array(data.columns[events...]))
  }

  private static func misfit(_ wanted: [String], _ location: DataLocation, _ columns: [String]) -> FlowError {
    FlowError(
      .data,
      "the model was fitted to \(wanted.count) columns (\(wanted.joined(separator: ", "))), but \(location) has \(columns.count) (\(columns.joined(separator: ", ")))"
    )
  }
}
