import FlowKit
import Testing

@Suite struct ProcessorsTests {
  @Test func aQuotaIsATimeInAPeriod() {
    #expect(Processors.quota(inLine: "200000 100000") == 2)
    #expect(Processors.quota(inLine: "150000 100000") == 1.5)
    for none in ["max 100000", "-1 100000", "", "100000", "1 0", "x y"] {
      #expect(Processors.quota(inLine: none) == nil)
    }
    #expect(Processors.quota(inLine: nil) == nil)
  }

  /// Four processes on eight processors: bound to two each, bound to halves, not bound at all.
  @Test func processesShareWhatTheyAreNotBoundTo() {
    #expect(Processors.share(of: 4, own: 2, all: 8) == 2)
    #expect(Processors.share(of: 4, own: 4, all: 8) == 2)
    #expect(Processors.share(of: 4, own: 8, all: 8) == 2)
    #expect(Processors.share(of: 1, own: 8, all: 8) == 8)
    #expect(Processors.share(of: 16, own: 8, all: 8) == 1)
  }

  @Test func everyGroupAboveCounts() {
    #expect(Processors.ancestors("/a/b") == ["/a/b", "/a", ""])
    #expect(Processors.ancestors("/") == [""])
  }

  @Test func threadsAreThoseThatTheProcessMayUse() {
    #expect(Processors.count >= 1 && Processors.count <= Processors.allowed)
  }
}
