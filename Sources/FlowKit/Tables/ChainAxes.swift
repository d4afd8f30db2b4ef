/// Which axes of a dataset are chains and draws, and which draws are there at all: what the writers of chains say of it.
///
/// ArviZ and xarray name the axes `chain` and `draw`; emcee's backend has (steps, walkers, parameters) in a group whose
/// attributes give the numbers of walkers and parameters, and how many of the steps have been made.
struct ChainAxes {
  /// The names of the axes, as far as they have any.
  var names: [String?] = []
  /// emcee: how many steps have been made; the file has room for more.
  var steps: Int?

  private static let chains: Set<String> = ["chain", "chains", "walker", "walkers"]
  private static let draws: Set<String> = ["draw", "draws", "iteration", "iterations", "step", "steps"]

  /// What emcee says in a group's attributes; nil for other groups.
  static func emceeSteps(of group: borrowing HDF5.Group) throws(FlowError) -> Int? {
    let names = Set(try group.attributeNames())
    guard names.isSuperset(of: ["nwalkers", "ndim", "iteration"]) else { return nil }
    do throws(FlowError) { return try group.attribute("iteration")?.integer } catch { return nil }
  }

  /// Whether the first two axes are chains and draws, one way or the other.
  var isNamed: Bool { drawAxis != nil }

  /// Which of the first two axes the draws run along, by name; nil where the names do not say.
  var drawAxis: Int? {
    guard names.count >= 2, let first = names[0]?.lowercased(), let second = names[1]?.lowercased() else { return nil }
    if Self.chains.contains(first), Self.draws.contains(second) { return 1 }
    return Self.draws.contains(first) && Self.chains.contains(second) ? 0 : nil
  }

  /// Takes the draws that are to be read.
  ///
  /// - Throws: an error where it is not known what the draws are, or none is left.
  func select(_ reading: TableReading, in layout: inout AxisLayout, of location: DataLocation) throws(FlowError) {
    if let steps, layout.rowAxes[0].count > steps { layout.rowAxes[0].count = steps }
    guard reading.selectsDraws else { return }
    let axis = try drawAxis(reading, of: layout, location)
    let count = layout.rowAxes[axis].count
    guard reading.burnIn < count else {
      throw FlowError(
        .data, "\(location) has \(count) draws in a chain; leaving out the first \(reading.burnIn) leaves none")
    }
    layout.rowAxes[axis].start = reading.burnIn
    layout.rowAxes[axis].stride = reading.thin
    layout.rowAxes[axis].count = (count - reading.burnIn + reading.thin - 1) / reading.thin
  }

  /// The place among the row axes of that which the draws run along.
  private func drawAxis(
    _ reading: TableReading, of layout: AxisLayout, _ location: DataLocation
  ) throws(FlowError) -> Int {
    guard layout.rowAxes.count > 1 else { return 0 }
    if let drawAxis { return drawAxis }
    if steps != nil { return 0 }
    if let axis = reading.drawAxis { return axis }
    let counts = layout.rowAxes.map(\.count)
    guard counts[0] != counts[1] else {
      throw FlowError(
        .data,
        "\(location) has \(counts[0]) x \(counts[1]) rows, and nothing says along which axis the draws of a chain run",
        fix: .sayDrawAxis)
    }
    return counts[0] > counts[1] ? 0 : 1
  }

  /// What rows over two axes are, in words.
  func text(_ layout: AxisLayout) -> String? {
    let counts = layout.rowAxes.map(\.count)
    guard counts.count > 1, !counts.contains(1) else { return nil }
    let draw = drawAxis ?? (steps == nil ? nil : 0)
    let labels = draw.map { [$0 == 0 ? "draws" : "chains", $0 == 0 ? "chains" : "draws"] }
    let product = labels.map { "\(counts[0]) \($0[0]) x \(counts[1]) \($0[1])" } ?? "\(counts[0]) x \(counts[1])"
    return "its rows are \(product), one after the other"
  }
}
