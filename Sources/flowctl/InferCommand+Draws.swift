import FlowKit

extension Infer {
  /// The draws of --given, row-major: by the names of the target's parameters where the file has these, else by their order.
  func givenDraws(of target: any TargetDensity) throws(FlowError) -> [Double] {
    guard let given else {
      guard mix == nil else {
        throw FlowError(.architecture, "--mix says how much draws of the target count; give them with --given")
      }
      return []
    }
    let location = DataLocation(given)
    let access = ContainedAccess.shared
    let part = try access.parts(of: location).train
    var draws = try EventSet(part, ColumnSelection(), access: access)
    if draws.columns != target.columns, Set(draws.columns).isSuperset(of: target.columns) {
      draws = try EventSet(part, ColumnSelection(columns: target.columns), access: access)
    }
    guard draws.columns.count == target.columns.count else {
      throw FlowError(
        .data,
        "\(draws.location): draws of \(draws.columns.count) columns for a target of \(target.columns.count) parameters")
    }
    return try draws.contents().events
  }
}
