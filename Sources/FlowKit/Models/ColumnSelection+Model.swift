extension ColumnSelection {
  /// The columns of `location` that `model` was fitted to: by name where the data have those names, else by place where
  /// the number of columns fits.
  public init(
    for model: Model, in location: DataLocation, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let data = try access.table(location)
    let wanted = model.columns + model.contextColumns
    if wanted.allSatisfy(data.allColumns.contains) {
      self.init(columns: model.columns, context: model.contextColumns)
      return
    }
    let modelHasNames = model.columns != model.columns.indices.map(String.init)
    guard !(modelHasNames && data.hasNames), data.columns.count == wanted.count else {
      throw FlowError(
        .data,
        "the model was fitted to \(wanted.count) columns (\(wanted.joined(separator: ", "))), but \(data.location) has \(data.columns.count) (\(data.columns.joined(separator: ", ")))"
      )
    }
    self.init(
      columns: Array(data.columns[..<model.columns.count]), context: Array(data.columns[model.columns.count...]))
  }
}
