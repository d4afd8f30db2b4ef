/// What it cost to solve the equations of continuous layers for some events.
package struct SolverEffort: Sendable, Equatable {
  /// The mean number of steps of an event, in all of these layers.
  package let meanSteps: Double
  package let largestSteps: Int
  /// How often their fields were evaluated: all events of a tile at once, until the last of them is done.
  package let functionCalls: Int
}

extension FlowPass {
  /// That of raw events of one tile; nil of a flow without continuous layers.
  func solverEffort(of rows: Rows, _ pool: TilePool) -> SolverEffort? {
    let (chain, given) = (architecture.chain, embedded)
    guard chain.layers.contains(where: { $0 is NeuralODE }) else { return nil }
    let prepared = preprocessed(rows)
    var x = tile(prepared.rows, pool)
    var (steps, calls) = ([Int](repeating: 0, count: prepared.logDeterminants.count), 0)
    for (index, layer) in chain.layers.enumerated() {
      let pass = given.part(index, chain.layout.prepared[index])
      guard let equation = layer as? NeuralODE else {
        x = layer.forward(x, pass).values
        continue
      }
      let solution = equation.solve(x, .toBase, pass, along: equation.probes(like: x, nil))
      for event in steps.indices { steps[event] += solution.stepCounts[event] }
      (x, calls) = (solution.value.values, calls + solution.evaluations)
    }
    return SolverEffort(
      meanSteps: Double(steps.reduce(0, +)) / Double(steps.count), largestSteps: steps.max()!, functionCalls: calls)
  }
}
