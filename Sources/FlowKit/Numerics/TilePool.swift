/// Memory for tiles, recycled: one pool serves one worker.
///
/// The C library serves blocks over 128 KB from fresh pages, and their page faults cost a third of the training rate.
/// A pool keeps what is returned, by size class, until it is itself released. Not thread-safe.
public final class TilePool {
  /// Freed blocks by size class: class k holds 16 · 2ᵏ scalars. Not a property of the object's own, which would be guarded at
  /// every access: tiles come and go all the time.
  private let free = UnsafeMutableBufferPointer<[UnsafeMutablePointer<Scalar>]>.allocate(capacity: 48)

  /// Set where every tile of this pool holds one event, 16 times.
  let transposed: TransposedWeights?

  public convenience init() { self.init(transposed: nil) }

  /// A pool for tiles of one event each, with weights that do not change.
  convenience init(ofSingleEvents transposed: TransposedWeights) { self.init(transposed: transposed) }

  private init(transposed: TransposedWeights?) {
    self.transposed = transposed
    free.initialize(repeating: [])
  }

  deinit {
    for block in free.joined() { UnsafeMutableRawPointer(block).deallocate() }
    free.deinitialize().deallocate()
  }

  static func sizeClass(of count: Int) -> Int {
    Int.bitWidth - max(0, (count - 1) >> 4).leadingZeroBitCount
  }

  func take(sizeClass: Int) -> UnsafeMutablePointer<Scalar> {
    if let block = free[sizeClass].popLast() { return block }
    let bytes = (16 << sizeClass) * MemoryLayout<Scalar>.stride
    return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: Scalar.self)
  }

  func give(_ block: UnsafeMutablePointer<Scalar>, sizeClass: Int) {
    free[sizeClass].append(block)
  }
}

/// One block of a pool, returned to it with the last tile that uses it.
final class TileStorage {
  let base: UnsafeMutablePointer<Scalar>
  let pool: TilePool
  private let sizeClass: Int

  init(count: Int, pool: TilePool) {
    sizeClass = TilePool.sizeClass(of: count)
    base = pool.take(sizeClass: sizeClass)
    self.pool = pool
  }

  deinit { pool.give(base, sizeClass: sizeClass) }
}
