internal import CFlowKernels
internal import Glibc
internal import Synchronization

/// The processors that this process may use.
package enum Processors {
  /// As many as its affinity allows, and no more than its control group's quota of time is worth; where other processes of its job
  /// have the same ones, its share of them.
  package static var count: Int { share(of: processesHere.load(ordering: .relaxed), own: own, all: all) }

  private static let own = max(1, min(allowed, quota ?? .max))
  private static let all = max(1, min(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), quota ?? .max))

  /// How many processes of this job there are on this machine. A launcher that binds each to processors of its own leaves nothing to
  /// share.
  static let processesHere = Atomic(1)

  package static func share(of processes: Int, own: Int, all: Int) -> Int {
    processes * own > all ? max(1, all / processes) : own
  }

  /// `taskset` and the schedulers of clusters set the affinity.
  package static var allowed: Int {
    let allowed = Int(flowkit_allowed_processors())
    return allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Containers set a quota: the time that may be used in a period, of this group or one above it.
  private static var quota: Int? {
    let groups = lines("/proc/self/cgroup").compactMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      return fields.count == 3 ? (controllers: fields[1], path: String(fields[2])) : nil
    }
    let quotas = groups.flatMap { group -> [Double] in
      if group.controllers.isEmpty {
        return ancestors(group.path).compactMap { quota(inLine: lines("/sys/fs/cgroup\($0)/cpu.max").first) }
      }
      guard group.controllers.split(separator: ",").contains("cpu") else { return [] }
      return ancestors(group.path).compactMap { path in
        let folder = "/sys/fs/cgroup/cpu\(path)"
        guard let quota = lines("\(folder)/cpu.cfs_quota_us").first,
          let period = lines("\(folder)/cpu.cfs_period_us").first
        else { return nil }
        return self.quota(inLine: "\(quota) \(period)")
      }
    }
    return quotas.min().map { Int($0.rounded(.up)) }
  }

  /// `200000 100000` are two processors; `max 100000` and `-1 100000` are no quota.
  package static func quota(inLine line: String?) -> Double? {
    let numbers = (line ?? "").split(separator: " ").map { Double($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return nil }
    return quota / period
  }

  /// `/a/b`, `/a` and the root, which is "".
  package static func ancestors(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { parts[..<$0].reduce("") { "\($0)/\($1)" } }
  }

  /// The lines of a small file; none where it cannot be read, as these files need not be there.
  private static func lines(_ path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
