internal import CFlowKernels

/// How what the processes of a job have summed becomes the sum of all, in the order of the tree. Each process has a part of the
/// parameters: it is handed what the branches of all others add to them, and sums that.
final class GradientExchange {
  let shares: BufferShares
  /// The sums of this process's branches.
  private var own: [ParameterBuffer] = []
  /// What other processes' branches add to this one's part: buffer k has the kth branch of each, one behind the other.
  private var others: [ParameterBuffer] = []
  private let scalars: Int
  /// The longest part, in whole lines of 16 scalars.
  private let room: Int

  init(_ processes: any Collective, scalars: Int) {
    self.scalars = scalars
    shares = BufferShares(processes, scalars: scalars)
    room = (shares.parts.map(\.count).max()! + 15) / 16 * 16
  }

  private var processes: any Collective { shares.processes }

  /// The branches of a tree that each process sums.
  func branches(of tree: GroupTree) -> [[Range<Int>]] {
    (0..<processes.count).map { tree.branches(of: LoneProcess.part($0, of: tree.groups, among: processes.count)) }
  }

  /// Where this process sums its branches.
  func buffers(_ count: Int) -> ArraySlice<ParameterBuffer> {
    while own.count < count { own.append(ParameterBuffer(count: scalars)) }
    return own[..<count]
  }

  /// Makes this process's part of `sum` the sum of all branches, from `buffers`.
  ///
  /// - Parameters:
  ///   - losses: those of this process's groups; those of all, afterwards.
  ///   - hasFailed: whether this process has no gradient.
  /// - Returns: the sum of its squares, which is summed in Double over blocks, in order.
  /// - Throws: where another process has none.
  func finish(
    _ tree: GroupTree, _ branches: [[Range<Int>]], losses: inout [Double], hasFailed: Bool, into sum: ParameterBuffer,
    on pool: WorkerPool
  ) throws(FlowError) -> Double {
    let rounds = branches.map(\.count).max()!
    while others.count < rounds { others.append(ParameterBuffer(count: room * processes.count)) }
    for round in 0..<rounds { hand(round, branches) }
    let squares = sumPart(tree, branches, into: sum, on: pool)
    return try share(tree, squares, &losses, hasFailed)
  }

  /// Hands over what the kth branch of each process adds to the others' parts.
  private func hand(_ round: Int, _ branches: [[Range<Int>]]) {
    let (size, rank, parts) = (MemoryLayout<Scalar>.size, processes.rank, shares.parts)
    let sends = round < branches[rank].count
    let sent = parts.indices.map { other in
      sends && other != rank ? parts[other].lowerBound * size..<parts[other].upperBound * size : 0..<0
    }
    let received = parts.indices.map { other in
      let start = other * room * size
      return start..<(start + (other != rank && round < branches[other].count ? parts[rank].count * size : 0))
    }
    // Who has no such branch sends nothing of another's buffer.
    processes.exchange((sends ? own : others)[round].base, sent, others[round].base, received)
  }

  /// Sums this process's part, block by block; returns each block's sum of squares.
  private func sumPart(
    _ tree: GroupTree, _ branches: [[Range<Int>]], into sum: ParameterBuffer, on pool: WorkerPool
  ) -> [Double] {
    let (part, rank, room) = (shares.own, processes.rank, room)
    let additions = tree.additions(after: branches.flatMap { $0 })
    let depth = additions.reduce(into: (now: 0, most: 0)) { depth, count in
      depth = (depth.now + 1 - count, max(depth.most, depth.now + 1))
    }.most
    let leaves = branches.enumerated().flatMap { other, own in
      own.indices.map { other == rank ? self.own[$0].base + part.lowerBound : others[$0].base + other * room }
    }
    let size = ParameterBlocks.size
    return BlockAddition.with(leaves) { leaves in
      UnitResults.collect(ParameterBlocks.count(scalars: part.count), startingWith: 0.0) { squares in
        pool.run(units: ParameterBlocks.count(scalars: part.count)) { _, block in
          let range = (block * size)..<min(part.count, (block + 1) * size)
          squares[block] = leaves.add(additions, depth: depth, range, into: sum.base + part.lowerBound)
        }
      }
    }
  }

  /// The losses of all groups, and the sum of the squares of all blocks.
  private func share(
    _ tree: GroupTree, _ squares: [Double], _ losses: inout [Double], _ hasFailed: Bool
  ) throws(FlowError) -> Double {
    let (count, blocks) = (processes.count, ParameterBlocks.count(scalars: scalars))
    let groups = (0..<count).map { LoneProcess.part($0, of: tree.groups, among: count) }
    let squared = (0..<count).map { LoneProcess.part($0, of: blocks, among: count) }
    var (places, end) = ([Range<Int>](), 0)
    for rank in 0..<count {
      let width = 1 + groups[rank].count + squared[rank].count
      places.append(end..<(end + width))
      end += width
    }
    var values = [Double](repeating: 0, count: end)
    values.replaceSubrange(places[processes.rank], with: [hasFailed ? 1 : 0] + losses[groups[processes.rank]] + squares)
    processes.gather(&values, places)
    var total = 0.0
    for rank in 0..<count {
      guard values[places[rank].lowerBound] == 0 else { throw .ofRank(rank) }
      let start = places[rank].lowerBound + 1
      losses.replaceSubrange(groups[rank], with: values[start..<(start + groups[rank].count)])
      for square in values[(start + groups[rank].count)..<places[rank].upperBound] { total += square }
    }
    return total
  }
}

/// Sums of buffers that are given by their beginnings.
///
/// Sendable by the rule of the buffers: a worker writes what is its own.
private struct BlockAddition: @unchecked Sendable {
  private let leaves: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>

  static func with<R>(_ leaves: [UnsafeMutablePointer<Scalar>], _ body: (BlockAddition) -> R) -> R {
    var leaves = leaves
    return leaves.withUnsafeMutableBufferPointer { body(BlockAddition(leaves: $0)) }
  }

  /// Adds as `GroupTree.additions` says, the last time into `sum`; returns the sum of its squares.
  ///
  /// - Parameter depth: the most sums that wait for another.
  func add(_ additions: [Int], depth: Int, _ range: Range<Int>, into sum: UnsafeMutablePointer<Scalar>) -> Double {
    let (size, target) = (ParameterBlocks.size, sum + range.lowerBound)
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: depth * size) { between in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Scalar>?.self, capacity: depth + 1) { waiting in
        var (height, squares) = (0, 0.0)
        for (leaf, count) in additions.enumerated() {
          waiting.initializeElement(at: height, to: UnsafePointer(leaves[leaf] + range.lowerBound))
          height += 1
          for addition in 0..<count {
            height -= 1
            let isLast = leaf == additions.count - 1 && addition == count - 1
            let place = isLast ? target : between.baseAddress! + (height - 1) * size
            squares = flowkit_sum_terms(place, waiting.baseAddress! + (height - 1), 2, range.count, 0)
            waiting[height - 1] = UnsafePointer(place)
          }
        }
        return additions.count > 1 ? squares : flowkit_sum_terms(target, waiting.baseAddress!, 1, range.count, 0)
      }
    }
  }
}
