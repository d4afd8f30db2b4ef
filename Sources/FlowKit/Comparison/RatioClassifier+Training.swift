// How a classifier is trained: Adam on minibatches of one tile, until rows that are kept apart say that it is enough.

extension RatioClassifier {
  /// - Parameters:
  ///   - first, second: the rows of each sample, row-major, one or more.
  ///   - seed: decides which rows are kept apart, their order, and where the network starts.
  static func trained(on first: [Double], _ second: [Double], width: Int, seed: UInt64) -> RatioClassifier {
    var classifier = RatioClassifier(scales: ColumnScales([first, second], width: width), seed: seed)
    var run = ClassifierTraining(classifier, first, second, seed: seed)
    classifier.parameters = run.best()
    return classifier
  }
}

private struct ClassifierTraining {
  private static let rate = 2e-3
  private static let mostRounds = 40
  /// So many rounds without a better loss end it.
  private static let patience = 5
  /// The least steps between two looks at the rows that are kept apart.
  private static let leastSteps = 16

  private let network: Perceptron
  private let inputs: [Double]
  private let width: Int
  /// The number of the first sample's rows, which come first.
  private let firstRows: Int
  /// What a row of each sample weighs; the mean is 1.
  private let weights: (Double, Double)
  private var order: [Int32]
  private let keptApart: [Int32]
  private var random: RandomStream
  private let θ, gradient, firstMoment, secondMoment: ParameterBuffer
  private let pool = TilePool()
  private var step = 0
  private var place = 0

  init(_ classifier: RatioClassifier, _ first: [Double], _ second: [Double], seed: UInt64) {
    network = classifier.network
    width = classifier.network.inputs
    inputs = classifier.inputs(first + second)
    firstRows = first.count / width
    let rows = inputs.count / width
    weights = (Double(rows) / Double(2 * firstRows), Double(rows) / Double(2 * (rows - firstRows)))
    var random = RandomStream(seed: seed, purpose: .shuffle)
    // A sixth of each sample is kept apart, if there are as many.
    var (order, keptApart) = ([Int32](), [Int32]())
    for range in [0..<firstRows, firstRows..<rows] {
      let shuffled = random.permutation(of: range.count).map { Int32(range.lowerBound + $0) }
      keptApart += shuffled.prefix(range.count / 6)
      order += shuffled.dropFirst(range.count / 6)
    }
    (self.order, self.keptApart) = (order, keptApart)
    self.random = random
    let count = classifier.parameters.count
    (θ, gradient) = (ParameterBuffer(classifier.parameters), ParameterBuffer(count: count))
    (firstMoment, secondMoment) = (ParameterBuffer(count: count), ParameterBuffer(count: count))
    shuffle()
  }

  private mutating func shuffle() {
    for last in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(last, random.integer(below: last + 1)) }
    place = 0
  }

  /// The parameters with the least loss of the rows that are kept apart, after one round at least.
  mutating func best() -> [Scalar] {
    var (best, least, since) = (θ.values, Double.infinity, 0)
    let steps = max(Self.leastSteps, (order.count + Tile.fullWidth - 1) / Tile.fullWidth)
    for _ in 0..<Self.mostRounds {
      for _ in 0..<steps { takeStep() }
      let loss = lossKeptApart()
      guard loss < least else {
        since += 1
        if since == Self.patience { break }
        continue
      }
      (best, least, since) = (θ.values, loss, 0)
    }
    return best
  }

  private mutating func takeStep() {
    if place >= order.count { shuffle() }
    let batch = order[place..<min(order.count, place + Tile.fullWidth)]
    place += batch.count
    step += 1
    gradient.base.update(repeating: 0, count: gradient.count)
    let (outputs, pullBack) = network.forwardWithPullback(tile(batch), Pass(θ.all))
    var cotangent = Tile(features: 1, like: outputs, filledWith: 0)
    for (event, row) in batch.enumerated() {
      let (sign, weight) = label(row)
      // d/df log(1 + exp(−y f)) = −y/(1 + exp(y f)).
      let slope = -sign / (1 + Double.exp(sign * Double(outputs[0, event])))
      cotangent[0, event] = Scalar(weight * slope / Double(batch.count))
    }
    var sink = Gradient(buffer: gradient)
    _ = pullBack(cotangent, &sink)
    let update = Adam().step(step, rate: Self.rate)
    BufferBases.with([firstMoment, secondMoment]) { moments in
      var block = ParameterBlock(
        0..<θ.count, θ.base, gradient.base, scale: 1, moments: moments, published: nil)
      update(&block)
    }
  }

  private func label(_ row: Int32) -> (sign: Double, weight: Double) {
    row < firstRows ? (1, weights.0) : (-1, weights.1)
  }

  private func tile(_ rows: ArraySlice<Int32>) -> Tile {
    var tile = Tile(features: width, width: Tile.fullWidth, pool: pool)
    tile.fill { feature, event in
      Scalar(inputs[Int(rows[min(rows.startIndex + event, rows.endIndex - 1)]) * width + feature])
    }
    return tile
  }

  /// The mean loss of the rows that are kept apart, or of those of the training where there are none.
  private func lossKeptApart() -> Double {
    let rows = keptApart.isEmpty ? order : keptApart
    var loss = 0.0
    for start in stride(from: 0, to: rows.count, by: Tile.fullWidth) {
      let batch = rows[start..<min(rows.count, start + Tile.fullWidth)]
      let outputs = network.forward(tile(batch), Pass(θ.all))
      for (event, row) in batch.enumerated() {
        let (sign, weight) = label(row)
        loss += weight * Double.logAddExp(0, -sign * Double(outputs[0, event]))
      }
    }
    return loss / Double(rows.count)
  }
}
