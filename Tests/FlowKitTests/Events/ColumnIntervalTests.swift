import FlowKit
import Testing

@Suite struct ColumnIntervalTests {
  @Test(
    arguments: [
      ("x=0..1", ColumnInterval("x", lower: 0, upper: 1)),
      ("phi=-180..180", ColumnInterval("phi", lower: -180, upper: 180)),
      ("m=0..", ColumnInterval("m", lower: 0)), ("m=..-1e-3", ColumnInterval("m", upper: -1e-3)),
      ("a=b=.5..1.5", ColumnInterval("a=b", lower: 0.5, upper: 1.5)),
      ("3=1...5", nil), ("x=1..0", nil), ("x=1..1", nil), ("x=..", nil), ("x", nil), ("=0..1", nil), ("x=0", nil),
      ("x=0..one", nil), ("x=nan..1", nil), ("x=0..inf", nil), ("", nil),
    ] as [(String, ColumnInterval?)])
  func reads(text: String, expected: ColumnInterval?) throws {
    guard let expected else {
      let found = message { () throws(FlowError) in _ = try ColumnInterval(parsing: text, option: "--bounds") }
      #expect(
        found == "--bounds takes column=lower..upper with lower < upper, such as x=0..1; got '\(text)'")
      return
    }
    #expect(try ColumnInterval(parsing: text, option: "--bounds") == expected)
  }
}
