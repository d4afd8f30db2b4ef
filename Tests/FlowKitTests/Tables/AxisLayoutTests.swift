import Testing

@testable import FlowKit

/// Which rows lie in the same chunks.
@Suite struct AxisLayoutTests {
  @Test(arguments: [[1, 1, 1], [2, 3, 1], [3, 5, 2], [1, 4, 2], [7, 7, 7]]) func runsOfChunks(chunk: [Int]) {
    let shape = [3, 11, 2]
    for rows in [[0, 1], [1, 2], [1], [0, 2]] {
      for (start, stride) in [(0, 1), (1, 2), (2, 3)] {
        var layout = AxisLayout(shape: shape, rows: rows)
        let long = rows.firstIndex(of: 1) ?? 0
        layout.rowAxes[long].start = start
        layout.rowAxes[long].stride = stride
        layout.rowAxes[long].count = (shape[rows[long]] - start + stride - 1) / stride
        var row = 0
        while row < layout.rows {
          let run = layout.run(from: row, inChunksOf: chunk)
          #expect(run.rows > 0)
          for other in row..<min(layout.rows, row + run.rows) {
            // The element by the rectangle that is this row.
            let rectangle = layout.rectangles(other..<(other + 1))[0]
            for column in 0..<layout.columns {
              let place = layout.elements(rectangle, columns: column..<(column + 1)).start
              let first = layout.element(run.element, ofColumn: column)
              #expect(zip(place, chunk).map { $0 / $1 } == zip(first, chunk).map { $0 / $1 })
              if other == row { #expect(place == first) }
            }
          }
          row += run.rows
        }
      }
    }
  }
}
