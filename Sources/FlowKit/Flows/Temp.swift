typealias RowPullback = (_ cotangents: inout [Double], _ logDeterminants: [Double]) -> Void
extension [any Preprocessing] {
  func inverse(rows: inout [Double], addingTo: inout [Double]) {
    for layer in reversed() { layer.inverse(rows: &rows) }
  }
  func forwardWithPullback(rows: inout [Double], firstEvent: Int, addingTo: inout [Double]) -> RowPullback {
    forward(rows: &rows, firstEvent: firstEvent, addingTo: &addingTo)
    return { _, _ in }
  }
}

extension [any Preprocessing] {
  func inverseWithPullback(rows: inout [Double], addingTo: inout [Double]) throws(FlowError) -> RowPullback {
    inverse(rows: &rows, addingTo: &addingTo)
    return { _, _ in }
  }
}
public typealias SamplePullback = (_ z: Tile, _ gradient: inout Gradient) -> Void
extension BaseDistribution {
  public func sampleWithPullback(into z: inout Tile, _ parameters: Parameters, from random: EventRandom)
    throws(FlowError) -> SamplePullback
  {
    sample(into: &z, parameters, from: random)
    return { _, _ in }
  }
}
