/// Events ready for training: what the preprocessing made of them, in one row-major block, and their weights.
struct TrainingData {
  /// N × D.
  let events: [Scalar]
  /// N × C.
  let context: [Scalar]
  /// wᵢ / w̄, or nil where all weigh the same.
  let relativeWeights: [Double]?
  /// w̄.
  let meanWeight: Double
  /// The mean of log|det| of the preprocessing, weighted.
  let meanLogDeterminant: Double
  let count: Int
  let dimension: Int
  let contextDimension: Int

  init(_ labelled: LabelledEvents, _ architecture: Architecture) {
    let (events, context, weights) = (labelled.events, labelled.context, labelled.weights)
    dimension = architecture.dimension
    contextDimension = architecture.contextDimension
    count = events.count / dimension
    precondition(events.count == count * dimension && context.count == count * contextDimension, "whole rows")
    var logDeterminants = [Double](repeating: 0, count: count)
    self.events = Self.mapped(events, architecture.preprocessing, &logDeterminants)
    var unused = [Double](repeating: 0, count: count)
    self.context = Self.mapped(context, architecture.contextPreprocessing, &unused)
    let mean = weights.map { $0.reduce(0, +) / Double($0.count) } ?? 1
    meanWeight = mean
    relativeWeights = weights.map { $0.map { $0 / mean } }
    let weighted = relativeWeights.map { zip($0, logDeterminants).reduce(0) { $0 + $1.0 * $1.1 } }
    meanLogDeterminant = (weighted ?? logDeterminants.reduce(0, +)) / Double(count)
  }

  private static func mapped(
    _ rows: [Double], _ layers: [any Preprocessing], _ logDeterminants: inout [Double]
  ) -> [Scalar] {
    var rows = rows
    layers.forward(rows: &rows, addingTo: &logDeterminants)
    return rows.map { Scalar($0) }
  }

  /// The events `indices` as a tile, and their context; the last one fills the padding.
  func tiles(_ indices: ArraySlice<Int32>, _ worker: Engine.Worker) -> (x: Tile, context: Tile?) {
    (
      gathered(events, dimension, indices, worker),
      contextDimension > 0 ? gathered(context, contextDimension, indices, worker) : nil
    )
  }

  private func gathered(
    _ rows: [Scalar], _ dimension: Int, _ indices: ArraySlice<Int32>, _ worker: Engine.Worker
  ) -> Tile {
    rows.withUnsafeBufferPointer { rows in
      indices.withUnsafeBufferPointer { indices in
        worker.tile(dimension: dimension) { feature, event in
          rows[Int(indices[min(event, indices.count - 1)]) * dimension + feature]
        }
      }
    }
  }

  /// The events as one tile of their own, and their context, each as often as the others, so that the tile has their mean
  /// and variance: as many as fill a width, or all, repeated, where they are fewer.
  func tiles(_ pool: TilePool) -> (x: Tile, context: Tile?) {
    let width = count < 16 ? 16 * count : count / 16 * 16
    func tile(_ rows: [Scalar], _ dimension: Int) -> Tile {
      var tile = Tile(features: dimension, width: width, pool: pool)
      for feature in 0..<dimension {
        tile.withMutableRow(feature) { row in
          for event in row.indices { row[event] = rows[event % count * dimension + feature] }
        }
      }
      return tile
    }
    return (tile(events, dimension), contextDimension > 0 ? tile(context, contextDimension) : nil)
  }

  func relativeWeight(_ index: Int32) -> Double { relativeWeights?[Int(index)] ?? 1 }
}
