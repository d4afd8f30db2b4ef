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

  @Test func everyGroupAboveCounts() {
    #expect(Processors.ancestors("/a/b") == ["/a/b", "/a", ""])
    #expect(Processors.ancestors("/") == [""])
  }

  @Test func threadsAreThoseThatTheProcessMayUse() {
    #expect(Processors.count >= 1 && Processors.count <= Processors.allowed)
  }
}
