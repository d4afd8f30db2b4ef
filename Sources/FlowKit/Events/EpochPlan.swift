/// In which order the epochs of a training visit events that lie in blocks: a function of (seed, epoch).
///
/// The blocks are permuted, consecutive ones fill a window, and the events of a window are permuted. If one window holds
/// all, that is a permutation of all events; otherwise events change places within windows, and windows are filled anew
/// in each epoch.
package struct EpochPlan: Sendable {
  /// Events of some blocks that are in memory together.
  package struct Window: Sendable, Equatable {
    /// 0 where every epoch has the same windows.
    var epoch: Int
    /// The number of the window in its epoch.
    var index: Int
    package var blocks: [Int]
    /// Which of the epoch's events these are.
    package var positions: Range<Int>
  }

  /// How many events are in the blocks before each block, and in all of them at the end.
  private let eventsBefore: [Int]
  /// How many events a window holds.
  let capacity: Int
  /// nil keeps all in order.
  private let seed: UInt64?

  package init(eventsBefore: [Int], capacity: Int, seed: UInt64?) {
    (self.eventsBefore, self.capacity, self.seed) = (eventsBefore, capacity, seed)
  }

  /// The events of one epoch.
  var count: Int { eventsBefore.last! }
  /// Whether one window holds all events.
  var isOneWindow: Bool { count <= capacity }

  /// What happens to the order of blocks, told apart from windows.
  private static let blockOrder: UInt64 = 1 << 63

  package func windows(ofEpoch epoch: Int) -> [Window] {
    let blocks = eventsBefore.count - 1
    guard !isOneWindow else { return [Window(epoch: 0, index: 0, blocks: Array(0..<blocks), positions: 0..<count)] }
    var order = Array(0..<blocks)
    if let seed {
      var random = RandomStream(seed: seed, purpose: .shuffle, index: Self.blockOrder | UInt64(epoch))
      order = random.permutation(of: blocks)
    }
    var windows: [Window] = []
    for block in order {
      let events = eventsBefore[block + 1] - eventsBefore[block]
      let end = windows.last?.positions.upperBound ?? 0
      if let last = windows.last, last.positions.count + events <= capacity {
        windows[windows.count - 1].blocks.append(block)
        windows[windows.count - 1].positions = last.positions.lowerBound..<(end + events)
      } else {
        windows.append(
          Window(
            epoch: seed == nil ? 0 : epoch, index: windows.count, blocks: [block], positions: end..<(end + events)))
      }
    }
    return windows
  }

  /// The order of a window's events in an epoch, counted as they lie in its blocks.
  package func order(of window: Window, inEpoch epoch: Int) -> [Int32] {
    guard let seed else { return Array(0..<Int32(window.positions.count)) }
    let index = UInt64(window.index) << 32 | UInt64(epoch)
    var random = RandomStream(seed: seed, purpose: .shuffle, index: index)
    return random.permutation(of: window.positions.count, as: Int32.self)
  }
}
