extension TableMember {
  /// Finds the columns and their names.
  mutating func describeColumns(of dataset: borrowing HDF5.Dataset, root: borrowing HDF5.Group) throws(FlowError) {
    if case .compound = dataset.type {
      try describeFields(of: dataset, root)
    } else if let layout {
      try describeNumbers(of: dataset, layout, root)
    } else if !dataset.type.isNumeric, shape.count == 1 {
      // Text and the like: a column that is there, and cannot be read.
      columns = [Self.single(location)]
      columns[0].problem = dataset.type.description
    }
    ownColumns = columns.count
    if isLabel { readOnlyIfNamed() }
    if mark == .samples { try addContext(of: dataset, root: root) }
  }

  /// The only column of a dataset.
  static func single(_ location: DataLocation) -> Column {
    Column(name: location.objectPath.lastName, ownName: "0", path: location.objectPath)
  }

  private mutating func describeNumbers(
    of dataset: borrowing HDF5.Dataset, _ layout: AxisLayout, _ root: borrowing HDF5.Group
  ) throws(FlowError) {
    let names = try ColumnNames(of: dataset, count: layout.columns, root: root)
    hasNames = names.areGiven
    let path = location.objectPath
    guard !hasNames || isVector else {
      columns = names.names.map { Column(name: $0, ownName: $0, path: path + "/" + $0) }
      return
    }
    columns = zip(layout.suffixes, names.names).map {
      Column(name: path.lastName + $0, ownName: $1, path: path + $0)
    }
  }

  private mutating func describeFields(
    of dataset: borrowing HDF5.Dataset, _ root: borrowing HDF5.Group
  ) throws(FlowError) {
    let record = try dataset.record()
    let path = location.objectPath
    hasNames = true
    if record.isComplex {
      columns = record.fields.map {
        Column(name: "\(path.lastName).\($0.name)", ownName: $0.name, path: "\(path).\($0.name)", aside: "complex")
      }
      return
    }
    let attributes = Set(try dataset.attributeNames())
    let levels = try PandasTable.indexLevels(of: dataset, in: root)
    let recordColumns = try TableDataset.recordColumns(record.fields, of: dataset)
    let names = Set(recordColumns.map(\.name))
    for column in recordColumns {
      let field = record.fields[column.field]
      let meta = "\(field.name)_meta"
      // pandas writes the numbers of categories, whose texts stand elsewhere.
      let isCategory = attributes.contains(meta) ? try dataset.attribute(meta)?.text == "category" : false
      let aside =
        levels.contains(column.name)
        ? Column.label
        : TableMask.isMask(column.name, among: names)
          ? Column.mask : isCategory ? "categories" : field.layout?.isComplex == true ? "complex" : nil
      columns.append(
        Column(
          name: column.name, ownName: column.name, path: path + "/" + column.name, aside: aside,
          problem: field.layout == nil ? field.type.description : nil))
    }
  }

  /// Samples of a conditional model say where their rows of context are: these are columns as well.
  private mutating func addContext(of dataset: borrowing HDF5.Dataset, root: borrowing HDF5.Group) throws(FlowError) {
    guard shape.count == 3, try dataset.attributeNames().contains(OutputMark.contextKey),
      let path = try dataset.attribute(OutputMark.contextKey)?.text, try root.contains(path),
      try root.kind(at: path) == .dataset
    else { return }
    let context = try root.dataset(path)
    guard context.type.isNumeric, context.shape.count == 2, context.shape[0] == shape[0] else { return }
    self.context = (path, shape[1])
    let names = try ColumnNames(of: context, count: context.shape[1], root: root)
    columns += names.names.map { Column(name: $0, ownName: $0, path: location.objectPath + "/" + $0) }
  }
}

extension HDF5.Record {
  /// Whether the values are complex numbers, as h5py, Julia and MATLAB write them.
  var isComplex: Bool { HDF5.NumberLayout.areParts(fields.map(\.name)) && fields.allSatisfy { $0.layout != nil } }
}

extension HDF5.NumberLayout {
  /// Whether this is a complex number, or an array of them.
  var isComplex: Bool {
    switch self {
    case .number: false
    case .array(_, let element): element.isComplex
    case .record(let members): Self.areParts(members.map(\.name))
    }
  }

  static func areParts(_ names: [String]) -> Bool {
    [["r", "i"], ["real", "imag"], ["re", "im"]].contains(names.map { $0.lowercased() })
  }
}

extension String {
  /// The last name of a path.
  var lastName: String { split(separator: "/").last.map(String.init) ?? self }
}
