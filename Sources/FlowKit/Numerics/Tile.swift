/// The part of a batch that one worker carries through a flow at once: `features` × `width` scalars, feature-major
/// (the events of one feature are contiguous), `width` a multiple of 16.
///
/// A tile is a value: copies are cheap and independent (copied on write). Its memory comes from a `TilePool` and
/// returns there, so that a tile stays on the thread it was made on.
public struct Tile {
  private var storage: TileStorage
  private var firstRow: Int
  /// The number of rows.
  public let features: Int
  /// The number of events, padding included.
  public let width: Int

  /// A tile whose values are undefined until written.
  public init(features: Int, width: Int, pool: TilePool) {
    precondition(width > 0 && width % 16 == 0, "a tile's width is a positive multiple of 16, got \(width)")
    storage = TileStorage(count: features * width, pool: pool)
    firstRow = 0
    self.features = features
    self.width = width
  }

  /// A tile as wide as `other` and from its pool, whose values are undefined until written.
  public init(features: Int, like other: Tile) {
    self.init(features: features, width: other.width, pool: other.storage.pool)
  }

  /// A tile from the pool of `other`, whose values are undefined until written.
  public init(features: Int, width: Int, like other: Tile) {
    self.init(features: features, width: width, pool: other.storage.pool)
  }

  /// A tile of one value, as wide as `other` and from its pool.
  public init(features: Int, like other: Tile, filledWith value: Scalar) {
    self.init(features: features, like: other)
    base.update(repeating: value, count: count)
  }

  private init(_ storage: TileStorage, firstRow: Int, features: Int, width: Int) {
    (self.storage, self.firstRow, self.features, self.width) = (storage, firstRow, features, width)
  }

  var pool: TilePool { storage.pool }
  /// Whether all events are the same one.
  var isSingleEvent: Bool { width == 16 && pool.transposed != nil }

  /// The number of scalars.
  public var count: Int { features * width }

  /// The first scalar, for kernels. Valid while the tile is: use it only inside a function that takes the tile as an
  /// argument, which keeps it alive for the call.
  var base: UnsafeMutablePointer<Scalar> { storage.base + firstRow * width }

  /// The first scalar for writing; copies the values first if another tile shares them.
  mutating func mutableBase() -> UnsafeMutablePointer<Scalar> {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = TileStorage(count: count, pool: storage.pool)
      copy.base.update(from: base, count: count)
      (storage, firstRow) = (copy, 0)
    }
    return base
  }

  /// The rows `range`, sharing memory until one of the two is written.
  public func rows(_ range: Range<Int>) -> Tile {
    checkRange(range)
    return Tile(storage, firstRow: firstRow + range.lowerBound, features: range.count, width: width)
  }

  /// The value of `feature` for `event`.
  public subscript(feature: Int, event: Int) -> Scalar {
    get {
      check(feature, event)
      return base[feature * width + event]
    }
    set {
      check(feature, event)
      mutableBase()[feature * width + event] = newValue
    }
  }

  /// The values of one feature.
  public func withRow<R>(_ feature: Int, _ body: (UnsafeBufferPointer<Scalar>) throws -> R) rethrows -> R {
    check(feature, 0)
    return try body(UnsafeBufferPointer(start: base + feature * width, count: width))
  }

  /// The values of one feature, for writing.
  public mutating func withMutableRow<R>(
    _ feature: Int, _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> R
  ) rethrows -> R {
    check(feature, 0)
    return try body(UnsafeMutableBufferPointer(start: mutableBase() + feature * width, count: width))
  }

  private func check(_ feature: Int, _ event: Int) {
    precondition(
      0 <= feature && feature < features && 0 <= event && event < width,
      "(\(feature), \(event)) of a tile of \(features) × \(width)")
  }
}

// MARK: - Moving rows

extension Tile {
  /// The rows `indices`, in that order: a view where they are consecutive, a copy elsewhere.
  public func gathering(_ indices: [Int]) -> Tile {
    checkRows(indices)
    guard let first = indices.first else { return rows(0..<0) }
    if indices.indices.allSatisfy({ indices[$0] == first + $0 }) { return rows(first..<(first + indices.count)) }
    var result = Tile(features: indices.count, like: self)
    let target = result.mutableBase()
    for (row, index) in indices.enumerated() {
      (target + row * width).update(from: base + index * width, count: width)
    }
    return result
  }

  /// Writes row k of `source` to row `indices[k]`.
  public mutating func scatter(_ source: Tile, to indices: [Int]) {
    checkPlaces(indices, of: source)
    let target = mutableBase()
    for (row, index) in indices.enumerated() {
      (target + index * width).update(from: source.base + row * width, count: width)
    }
  }

  private func checkRows(_ indices: [Int]) {
    precondition(indices.allSatisfy { 0..<features ~= $0 }, "rows \(indices) of a tile of \(features)")
  }

  func checkRange(_ rows: Range<Int>) {
    precondition(0 <= rows.lowerBound && rows.upperBound <= features, "rows \(rows) of a tile of \(features)")
  }

  /// Checks that the rows of `source` are as many as `indices`, and as wide as the rows of these indices.
  func checkPlaces(_ indices: [Int], of source: Tile) {
    precondition(
      source.features == indices.count && source.width == width,
      "a tile of \(source.features) × \(source.width) for \(indices.count) rows of width \(width)")
    checkRows(indices)
  }
}
