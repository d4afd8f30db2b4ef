import Glibc
import Synchronization

/// What it costs one core to write what another has read: the state of a virtual machine, whose processors share a cache
/// at one time and none at another, and with it the rate of training.
enum SharedLines {
  /// 256 KB, a part of a second-level cache.
  private static let count = 4_096
  private static let lineWords = 8
  private static let rounds = 40

  /// Nanoseconds to write a word of a cache line that another thread has read since: the median over rounds.
  static func writeTime() -> Double {
    let board = Board(words: count * lineWords)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Board>.fromOpaque(argument!).takeUnretainedValue().read(rounds: SharedLines.rounds)
        return nil
      }, Unmanaged.passUnretained(board).toOpaque())
    let times = (0..<rounds).map { round in
      let start = ContinuousClock.now
      for line in 0..<count { board.words[line * lineWords] = UInt64(round + line) }
      let elapsed = (ContinuousClock.now - start) / .nanoseconds(1)
      board.turn.store(2 * round + 1, ordering: .releasing)
      board.wait(for: 2 * round + 2)
      return elapsed / Double(count)
    }
    pthread_join(thread, nil)
    return times.dropFirst().sorted()[(rounds - 1) / 2]
  }

  /// Where two threads take turns: `turn` is odd while the reader's lasts.
  private final class Board: @unchecked Sendable {
    let words: UnsafeMutablePointer<UInt64>
    let turn = Atomic(0)
    private var sum: UInt64 = 0

    init(words count: Int) {
      let bytes = count * MemoryLayout<UInt64>.stride
      words = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: UInt64.self)
      words.initialize(repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(words).deallocate() }

    func wait(for value: Int) { while turn.load(ordering: .acquiring) != value {} }

    func read(rounds: Int) {
      for round in 0..<rounds {
        wait(for: 2 * round + 1)
        for line in 0..<SharedLines.count { sum &+= words[line * SharedLines.lineWords] }
        turn.store(2 * round + 2, ordering: .releasing)
      }
    }
  }
}
