extension PreprocessingOptions {
  /// Whether there are columns that are no plain numbers.
  var hasKinds: Bool { !circular.isEmpty || !categories.isEmpty }

  /// These options with the values of the columns of categories that `events` have.
  ///
  /// - Throws: where a column of categories has one value, or more than 64.
  func findingCategories(in events: some EventSource) throws(FlowError) -> PreprocessingOptions {
    guard categories.contains(where: { categoryValues[$0] == nil }) else { return self }
    let width = events.columns.count
    let columns = events.columns.indices.filter { categories.contains(events.columns[$0]) }
    var found = [Set<Double>](repeating: [], count: columns.count)
    try events.forEachBlock { block in
      let rows = block.events.events
      for (index, column) in columns.enumerated() where found[index].count <= CategoryIndex.counts.upperBound {
        found[index].formUnion(stride(from: column, to: rows.count, by: width).map { rows[$0] })
      }
    }
    var result = self
    for (index, column) in columns.enumerated() {
      let (name, values) = (events.columns[column], found[index])
      guard CategoryIndex.counts ~= values.count else {
        let many = values.count > 1 ? "more than \(CategoryIndex.counts.upperBound) different values" : "one value only"
        throw FlowError(
          .data, "\(events.place): the column '\(name)' of categories has \(many)", fix: .leaveOut(of: .categories))
      }
      result.categoryValues[name] = values.sorted()
    }
    return result
  }

  /// The layer list for features of these kinds: it ends with the probabilities of the categories.
  static func layers(_ list: String, for kinds: [FeatureKind]) -> String {
    guard kinds.contains(where: \.isCategory), !list.contains(Autoregressive<CategoryMap>.layerName) else {
      return list
    }
    // Without a number there is nothing else to map.
    let isAll = kinds.allSatisfy(\.isCategory)
    return isAll ? Autoregressive<CategoryMap>.layerName : "\(list),\(Autoregressive<CategoryMap>.layerName)"
  }
}
