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
