internal import CFlowKernels

/// The SHA-256 digest (FIPS 180-4) of bytes that come in parts.
package struct SHA256 {
  private var hash = flowkit_sha256()

  package init() { flowkit_sha256_begin(&hash) }

  /// Adds values as they lie in memory.
  package mutating func add<Value: BitwiseCopyable>(_ values: ArraySlice<Value>) {
    values.withUnsafeBytes { flowkit_sha256_add(&hash, $0.baseAddress, $0.count) }
  }

  package mutating func add<Value: BitwiseCopyable>(_ values: [Value]) { add(values[...]) }

  /// The 32 bytes of the digest of all that was added.
  package func digest() -> [UInt8] {
    var (copy, digest) = (hash, [UInt8](repeating: 0, count: 32))
    flowkit_sha256_end(&copy, &digest)
    return digest
  }

  /// The digest as 64 hexadecimal digits.
  package func text() -> String { Self.text(of: digest()) }

  static func text(of digest: [UInt8]) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
