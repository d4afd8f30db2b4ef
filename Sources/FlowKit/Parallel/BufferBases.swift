/// Where buffers begin: loops over blocks would count the references of buffers that other cores count, and wait for them.
///
/// Sendable by the rule of the buffers: a worker writes what is its own.
struct BufferBases: @unchecked Sendable {
  private let bases: UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>

  /// Calls `body` with the buffers' beginnings, which are valid during the call.
  static func with<R>(_ buffers: some Collection<ParameterBuffer>, _ body: (BufferBases) -> R) -> R {
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Scalar>.self, capacity: buffers.count) { bases in
      for (index, buffer) in buffers.enumerated() { bases.initializeElement(at: index, to: buffer.base) }
      return body(BufferBases(bases: bases))
    }
  }

  subscript(index: Int) -> UnsafeMutablePointer<Scalar> { bases[index] }
}
