// Samples of a mixture: a member for each event, then an event of that member.

extension EnsembleEvaluator {
  /// Events are numbered in blocks of so many, in which those of a member are consecutive draws of it.
  private static let block = 1 << 16

  /// `count` events from number `first` on, N × D row-major, in the data's own units.
  ///
  /// The member of an event is a function of (seed, its number) alone. Event number r among those of member k in a block of
  /// numbers from b on is draw number b + r of member k, whose seed is a hash of `seed` and k.
  /// - Parameter first: where in the stream of `seed` to start: events 100 ..< 200 are the same drawn alone or after the
  ///   others.
  /// - Throws: where a numeric inverse does not converge.
  public func sample(
    _ count: Int, first: Int = 0, context: [Double] = [], seed: UInt64 = 0
  ) throws(FlowError) -> [Double] {
    guard members.count > 1 else {
      return try members[0].sample(count, first: first, context: context, seed: seed)
    }
    var rows = [Double](repeating: 0, count: count * dimension)
    var number = first
    while number < first + count {
      let start = number / Self.block * Self.block
      let end = min(first + count, start + Self.block)
      try sample(number..<end, ofBlockAt: start, first, context, seed, into: &rows)
      number = end
    }
    return rows
  }

  /// Draws the events of these numbers, which are in one block, into the rows of all from `first` on.
  private func sample(
    _ numbers: Range<Int>, ofBlockAt start: Int, _ first: Int, _ context: [Double], _ seed: UInt64,
    into rows: inout [Double]
  ) throws(FlowError) {
    // Events of the block before these have had their draws, too.
    var rank = [Int](repeating: 0, count: members.count)
    for number in start..<numbers.lowerBound { rank[Self.member(of: number, members.count, seed)] += 1 }
    var events = [[Int]](repeating: [], count: members.count)
    for number in numbers { events[Self.member(of: number, members.count, seed)].append(number - first) }
    for (member, events) in events.enumerated() where !events.isEmpty {
      let draws = try members[member].sample(
        events.count, first: start + rank[member], context: contexts(of: events, context),
        seed: EventRandom(seed: seed).child(member).seed)
      for (draw, event) in events.enumerated() {
        for feature in 0..<dimension { rows[event * dimension + feature] = draws[draw * dimension + feature] }
      }
    }
  }

  /// The member that draws an event: all are equally probable.
  private static func member(of number: Int, _ count: Int, _ seed: UInt64) -> Int {
    var random = RandomStream(seed: seed, purpose: .members, index: UInt64(number))
    return random.integer(below: count)
  }

  private func contexts(of events: [Int], _ context: [Double]) -> [Double] {
    guard context.count > contextDimension else { return context }
    return events.flatMap { context[($0 * contextDimension)..<(($0 + 1) * contextDimension)] }
  }
}
