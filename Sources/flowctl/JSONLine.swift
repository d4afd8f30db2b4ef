import FlowKit
import Glibc

extension Encodable {
  /// Prints this value as one line of JSON on standard output.
  func printJSON() throws(FlowError) {
    print(try jsonText())
    // A reader of progress lines wants each as it comes, also through a pipe.
    try Terminal.finishOutput()
  }
}

/// A number that JSON shows as null where there is none.
struct JSONNumber: Encodable {
  let value: Double?

  init(_ value: Double?) { self.value = value.flatMap { $0.isFinite ? $0 : nil } }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension Double {
  /// Rounded for people.
  func text(digits: Int) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      withVaList([Int32(digits), self]) { _ = vsnprintf(buffer.baseAddress, 64, "%.*f", $0) }
      return String(cString: buffer.baseAddress!)
    }
  }
}

extension Int {
  /// With separators: 81,000.
  var grouped: String {
    let digits = Array(String(magnitude))
    let head = digits.count % 3
    var groups = head > 0 ? [String(digits[..<head])] : []
    for start in stride(from: head, to: digits.count, by: 3) { groups.append(String(digits[start..<(start + 3)])) }
    return (self < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}
