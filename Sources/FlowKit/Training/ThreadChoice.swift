/// Which number of threads is fastest: on a busy machine, where threads wait for processors and for each other, fewer may be.
/// Results do not depend on it, so that training itself can try.
package struct ThreadChoice {
  /// The number to take next.
  package private(set) var current: Int
  /// From the most down, by halves.
  private let candidates: [Int]
  private var trial: Trial?
  private var stepsBeforeTrial = 5
  private var secondsSinceTrial = 0.0

  /// So much faster must fewer threads be.
  private static let margin = 0.95
  /// A candidate is timed over at least so many steps that take so long, or over so long a time; twice.
  private static let (steps, seconds, longSeconds) = (3, 0.025, 0.1)
  private static let secondsBetweenTrials = 30.0

  /// - Parameter isFixed: whether the number was asked for.
  package init(most: Int, isFixed: Bool) {
    current = most
    candidates = isFixed ? [most] : Array(sequence(first: most) { $0 > 1 ? $0 / 2 : nil })
  }

  /// Takes note of what a step with `current` threads took.
  package mutating func note(_ stepSeconds: Double) {
    guard candidates.count > 1 else { return }
    if trial == nil {
      secondsSinceTrial += stepSeconds
      stepsBeforeTrial -= 1
      guard stepsBeforeTrial <= 0 || secondsSinceTrial > Self.secondsBetweenTrials else { return }
      (trial, stepsBeforeTrial, secondsSinceTrial) = (Trial(candidates.count), .max, 0)
      current = candidates[0]
      return
    }
    guard trial!.note(stepSeconds) else { return }
    guard trial!.isOver else {
      current = candidates[trial!.candidate]
      return
    }
    let times = trial!.times
    let best = times.indices.min { times[$0] < times[$1] }!
    current = candidates[times[best] < Self.margin * times[0] ? best : 0]
    trial = nil
  }

  private struct Trial {
    /// Seconds per step of each candidate, added up over the rounds.
    private(set) var times: [Double]
    private var turn = 0
    private var timed = (steps: 0, seconds: 0.0)
    /// The first step with other threads finds their caches cold.
    private var isFirst = true

    init(_ candidates: Int) { times = Array(repeating: 0, count: candidates) }

    var candidate: Int { turn % times.count }
    var isOver: Bool { turn == 2 * times.count }

    /// Whether a candidate's turn is over.
    mutating func note(_ seconds: Double) -> Bool {
      guard !isFirst else {
        isFirst = false
        return false
      }
      timed = (timed.steps + 1, timed.seconds + seconds)
      guard timed.seconds >= (timed.steps < steps ? longSeconds : ThreadChoice.seconds) else { return false }
      times[candidate] += timed.seconds / Double(timed.steps)
      (turn, timed, isFirst) = (turn + 1, (0, 0), true)
      return true
    }
  }
}
